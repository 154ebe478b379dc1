import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewEvent } from '../../../core/events';
import { loadKernel } from '../../../core/kernel';
import { SidestreamError } from '../../../error';
import { Learner } from '../../learner';
import type { EngineOptions } from '../../protocol';
import { channelName } from '../../protocol';
import { catalogIndex } from '../../ranking';
import type { ProfileOrigin } from '../../store';
import { deleteDeviceStore } from '../../store';
import { DeviceStore } from '../../store/device-store';
import { Device } from './device';
import { moveToDevice } from './move';

// A stored profile is written with the kernel, which rounds differently from JavaScript.
beforeAll(loadKernel);

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const COUNT = 40;
const items = Array.from({ length: COUNT }, (_, row) => ({
  id: `item-${row}`,
  title: `Item ${row}`,
  description: '',
  category: '',
  attributes: {},
  availability: 'in-stock' as const,
}));
const table = {
  count: COUNT,
  dim: 2,
  taps: { text: 1, image: 1 },
  values: Int8Array.from({ length: 4 * COUNT }, (_, at) => ((at * 37) % 120) - 60),
  scales: new Float32Array(2 * COUNT).fill(1),
};
const blend = { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } };
const catalog = { table, blend, index: catalogIndex(items, table, blend) };

const OPTIONS: EngineOptions = { bundle: '', namespace: 'test', learning: true };

async function open(given: Partial<EngineOptions> = {}): Promise<{ storage: Device; codes: string[] }> {
  const codes: string[] = [];
  const storage = new Device({ ...OPTIONS, consent: 'granted', ...given });
  listen(storage, codes);
  await storage.open();
  return { storage, codes };
}

const nothing = (): void => undefined;

function listen(storage: Device, codes: string[], onGranted = nothing): void {
  storage.listener = {
    onError: ({ code }) => codes.push(code),
    onEvents: nothing,
    onProfile: nothing,
    onLead: nothing,
    onErased: nothing,
    onGranted,
    onTakenOver: nothing,
  };
}

const clicks = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, n) => ({ type: 'click', itemId: `item-${(n * 7) % COUNT}`, time: n }));

/** A learner that continues from a storage's data, and the event from which it does. */
async function restored(storage: Device): Promise<{ learner: Learner; origin: ProfileOrigin }> {
  const learner = new Learner(catalog);
  const { profile, origin } = await storage.read();
  if (profile) learner.restore(profile);
  for (const event of await storage.eventsAfter(learner.lastEvent)) learner.observe(event);
  return { learner, origin };
}

describe('a storage on the device', () => {
  it('cuts a log that grew too large, but keeps the learned state', async () => {
    const { storage } = await open({ logBudget: 20_000 });
    const { learner: first, origin } = await restored(storage);
    for (let n = 0; n < 3; n++) {
      await storage.append(clicks(600), storage.era);
      for (const event of await storage.eventsAfter(first.lastEvent)) first.observe(event);
      await storage.save(first.save(), origin);
    }
    const left = await storage.eventsAfter(0);
    expect(left.length).toBeLessThan(1000);
    // Events that the second newest profile lacks are still in the log.
    expect(left[0].id).toBeLessThanOrEqual(1201);
    expect(left.at(-1)?.id).toBe(1800);
    storage.close();
    const { storage: again } = await open();
    const { learner: second } = await restored(again);
    expect(second.status.events).toBe(first.status.events);
    expect(second.terms).toEqual(first.terms);
    expect(second.weightsAt()).toEqual(first.weightsAt());
    again.close();
  });

  it('does not overwrite a profile that replaced its own in another tab', async () => {
    const { storage } = await open();
    const { learner: first, origin } = await restored(storage);
    await storage.append(clicks(4), storage.era);
    for (const event of await storage.eventsAfter(0)) first.observe(event);
    await storage.save(first.save(), origin, true);
    const { storage: other } = await open();
    const [snapshot] = await other.using((store) => store.snapshots());
    await storage.append(clicks(9).slice(4), storage.era);
    for (const event of await storage.eventsAfter(4)) first.observe(event);
    await other.change(other.era, (store) => store.rollback(snapshot.id));
    await storage.save(first.save(), origin);
    expect((await other.read()).profile?.lastEvent).toBe(4);
    storage.close();
    other.close();
  });

  it('moves the state learned in memory to the device', async () => {
    const { storage } = await open({ consent: 'pending' });
    await storage.append(clicks(3), storage.era);
    const { learner } = await restored(storage);
    expect(learner.lastEvent).toBe(3);
    storage.agree();
    expect((await moveToDevice(storage, learner.save()))?.known).toEqual([3, 0]);
    expect(storage.consent).toBe('granted');
    expect((await storage.read()).profile?.lastEvent).toBe(3);
    expect(await storage.eventsAfter(3)).toEqual([]);
    storage.leave('denied');
    await storage.deleteDevice();
    expect(await indexedDB.databases()).toEqual([]);
    storage.close();
  });

  it('moves only the log to a device with a cleared one, which continues to count: an id never identifies two events', async () => {
    const { storage: old } = await open();
    await old.append(clicks(5), old.era);
    await old.change(old.era, (store) => store.clear({ keepItems: true }));
    old.close();
    const { storage } = await open({ consent: 'pending' });
    await storage.append(clicks(3), storage.era);
    const { learner } = await restored(storage);
    storage.agree();
    expect(await moveToDevice(storage, learner.save())).toBeNull();
    expect((await storage.read()).profile).toBeNull();
    expect((await storage.eventsAfter(0)).map(({ id }) => id)).toEqual([6, 7, 8]);
    storage.close();
  });

  it('keeps the last undamaged profile until a newer undamaged one exists', async () => {
    const { storage, codes } = await open();
    const { learner, origin } = await restored(storage);
    for (const event of await storage.append(clicks(3), storage.era).then(() => storage.eventsAfter(0)))
      learner.observe(event);
    await storage.save(learner.save(), origin);
    await storage.save(learner.save(), origin);
    storage.close();
    const database = await openDB('sidestream/test');
    await database.put('profile', { schema: 1, bytes: new Uint8Array([1, 2, 3]) }, 'current');
    const { storage: second, codes: reported } = await open();
    const sound = await second.read();
    expect(sound.profile?.lastEvent).toBe(3);
    expect(reported).toEqual(['store/corrupt']);
    await second.save(learner.save(), sound.origin);
    // Damaged again: its earlier data still exists.
    await database.put('profile', { schema: 1, bytes: new Uint8Array([1, 2, 3]) }, 'current');
    database.close();
    expect((await second.read()).profile?.lastEvent).toBe(3);
    expect(codes).toEqual([]);
    second.close();
  });

  it('stays in memory with every event when the device has no room for them', async () => {
    const { storage } = await open({ consent: 'pending' });
    const { learner } = await restored(storage);
    await storage.append(clicks(4), storage.era);
    for (const event of await storage.eventsAfter(0)) learner.observe(event);
    // Node's IndexedDB is never full; e2e fills a real one.
    const full = vi.spyOn(DeviceStore.prototype, 'adopt');
    full.mockRejectedValue(new SidestreamError('store/full', 'The disk is full.'));
    storage.agree();
    await expect(moveToDevice(storage, learner.save())).rejects.toMatchObject({ code: 'store/full' });
    full.mockRestore();
    expect(storage.consent).toBe('pending');
    expect(await storage.eventsAfter(0)).toHaveLength(4);
    await storage.append(clicks(1), storage.era);
    expect(await storage.eventsAfter(0)).toHaveLength(5);
    // A second try finds no data from the first.
    storage.agree();
    expect((await moveToDevice(storage, learner.save()))?.known).toEqual([4, 0]);
    expect(await storage.eventsAfter(0)).toHaveLength(5);
    storage.close();
  });

  it('includes events that arrive while it moves to the device, and knows which were learned', async () => {
    const { storage } = await open({ consent: 'pending' });
    const { learner } = await restored(storage);
    await storage.append(clicks(2), storage.era);
    for (const event of await storage.eventsAfter(0)) learner.observe(event);
    await storage.append(clicks(1), storage.era);
    const { adopt } = DeviceStore.prototype;
    const meanwhile = vi.spyOn(DeviceStore.prototype, 'adopt');
    meanwhile.mockImplementationOnce(async function (this: DeviceStore, ...given) {
      await storage.append(clicks(1), storage.era);
      return adopt.apply(this, given);
    });
    storage.agree();
    expect((await moveToDevice(storage, learner.save()))?.known).toEqual([2, 0]);
    meanwhile.mockRestore();
    await storage.append(clicks(1), storage.era);
    expect((await storage.eventsAfter(0)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    storage.close();
  });

  it('learns in the order of the log when the clock is set back', async () => {
    const { storage } = await open();
    const { learner: first } = await restored(storage);
    const back = clicks(12).map((event, n) => ({ ...event, time: n < 6 ? 90_000 + n : 50 - n }));
    await storage.append(back, storage.era);
    for (const [n, { itemId, type }] of back.entries()) first.observe({ id: n + 1, itemId, type, time: n });
    const { learner: again } = await restored(storage);
    expect(again.terms).toEqual(first.terms);
    expect(again.weightsAt()).toEqual(first.weightsAt());
    storage.close();
  });
});

it('reports a failed deletion that another tab asked for before anyone listened', async () => {
  const request: Pick<IDBOpenDBRequest, 'onerror'> = { onerror: null };
  const deleting = vi.spyOn(indexedDB, 'deleteDatabase').mockReturnValue(request as IDBOpenDBRequest);
  const codes: string[] = [];
  const [storage, tab] = [new Device(OPTIONS), new BroadcastChannel(channelName('test'))];
  // The refusal is older than the grant, which this tab has to overrule.
  tab.postMessage({ consent: 'granted', stamp: [2, 'tab'] });
  tab.postMessage({ consent: 'denied', stamp: [1, 'tab'] });
  await vi.waitFor(() => expect(request.onerror).toBeTypeOf('function'));
  listen(storage, codes);
  request.onerror?.call(request as IDBOpenDBRequest, new Event('error'));
  await vi.waitFor(() => expect(codes).toEqual(['store/unavailable']));
  deleting.mockRestore();
  tab.close();
  storage.close();
});

it('takes a grant that it knows again after its database was deleted', async () => {
  const tab = new BroadcastChannel(channelName('test'));
  const answers: unknown[] = [];
  tab.onmessage = ({ data }) => answers.push(data);
  const { storage, codes } = await open();
  const granted = expect.objectContaining({ consent: 'granted' });
  await vi.waitFor(() => expect(answers).toContainEqual(granted));
  const onGranted = vi.fn();
  listen(storage, codes, onGranted);
  // As a tab without locks does that undoes its own earlier grant.
  await deleteDeviceStore('test');
  expect(storage.consent).toBe('pending');
  tab.postMessage(storage.answers.last);
  await vi.waitFor(() => expect(onGranted).toHaveBeenCalledOnce());
  expect(storage.answers.last).toEqual(granted);
  tab.close();
  storage.close();
});
