import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SidestreamError } from '../error';
import { Learner, type NewEvent, type Profile } from '../learner';
import { catalogueIndex } from '../ranking';
import { DeviceStore } from '../store';
import type { EngineOptions } from './engine-options';
import { Keeper } from './keeper';

// Node has no IndexedDB: this one keeps to the specification, in memory. Nor has it Web Locks: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const COUNT = 40;
const items = Array.from({ length: COUNT }, (_, row) => ({
  ...{ id: `item-${row}`, title: `Item ${row}`, description: '', category: '', attributes: {} },
  availability: 'in-stock' as const,
}));
const table = {
  ...{ count: COUNT, dim: 2, taps: { text: 1, image: 1 } },
  values: Int8Array.from({ length: 4 * COUNT }, (_, at) => ((at * 37) % 120) - 60),
  scales: new Float32Array(2 * COUNT).fill(1),
};
const blend = { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } };
const catalogue = { table, blend, index: catalogueIndex(items, table, blend) };

async function open(given: Partial<EngineOptions> = {}): Promise<{ keeper: Keeper; codes: string[] }> {
  const codes: string[] = [];
  const options: EngineOptions = {
    bundle: '',
    namespace: 'test',
    learning: true,
    seed: 1,
    consent: 'granted',
    ...given,
  };
  const nothing = (): void => undefined;
  const keeper = new Keeper(options, {
    error: ({ code }) => codes.push(code),
    lastEvent: () => 0,
    ...{ onEvents: nothing, onProfile: nothing, onLead: nothing },
  });
  await keeper.open();
  return { keeper, codes };
}

const clicks = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, n) => ({ type: 'click', itemId: `item-${(n * 7) % COUNT}`, time: n }));

/** A learner that goes on from what a keeper keeps, as lessons do. */
async function restored(keeper: Keeper): Promise<Learner> {
  const learner = new Learner(catalogue, { seed: 1, backend: 'cpu' });
  const profile = await keeper.profile();
  learner.restore(profile, await keeper.eventsAfter(profile?.history ? profile.lastEvent : 0));
  return learner;
}

describe('a keeper on the device', () => {
  it('cuts a log that grew too large, and what was learned from it stays', async () => {
    const { keeper } = await open({ logBudget: 20_000 });
    const first = await restored(keeper);
    for (let n = 0; n < 3; n++) {
      await keeper.append(clicks(600));
      for (const event of await keeper.eventsAfter(first.lastEvent)) first.observe(event);
      await keeper.save(first.save());
    }
    const left = await keeper.eventsAfter(0);
    expect(left.length).toBeLessThan(1000);
    // Whatever the profile before the newest does not know is still in the log.
    expect(left[0].id).toBeLessThanOrEqual(1201);
    expect(left.at(-1)?.id).toBe(1800);
    keeper.close();
    const { keeper: again } = await open();
    const second = await restored(again);
    expect(second.status.events).toBe(first.status.events);
    expect(second.terms).toEqual(first.terms);
    expect(second.weights).toEqual(first.weights);
    again.close();
  });

  it('saves nothing over a profile that another tab has put in the place of its own', async () => {
    const { keeper } = await open();
    const first = await restored(keeper);
    await keeper.append(clicks(4));
    for (const event of await keeper.eventsAfter(0)) first.observe(event);
    await keeper.save(first.save(), true);
    const { keeper: other } = await open();
    const [snapshot] = await other.snapshots();
    await keeper.append(clicks(9).slice(4));
    for (const event of await keeper.eventsAfter(4)) first.observe(event);
    await other.rollback(snapshot.id);
    await keeper.save(first.save());
    expect((await other.profile())?.lastEvent).toBe(4);
    keeper.close();
    other.close();
  });

  it('learns on from a profile of before it had a history, by the log', async () => {
    const { keeper } = await open();
    const first = await restored(keeper);
    await keeper.append(clicks(20));
    for (const event of await keeper.eventsAfter(0)) first.observe(event);
    const { history, ...older } = first.save();
    expect(history?.items).toHaveLength(20);
    await keeper.save({ ...older, schema: 2 } as unknown as Profile);
    keeper.close();
    const { keeper: again, codes } = await open();
    const second = await restored(again);
    expect(second.status.events).toBe(20);
    expect(second.terms).toEqual(first.terms);
    expect(codes).toEqual([]);
    again.close();
  });

  it('moves what was learned in memory to the device under the ids of its log', async () => {
    // A log that was cleared goes on counting, so that an id never means two events.
    const { keeper: old } = await open();
    await old.append(clicks(5));
    await old.clear();
    old.close();
    const { keeper } = await open({ consent: 'pending' });
    await keeper.append(clicks(3));
    const learner = await restored(keeper);
    expect(learner.lastEvent).toBe(3);
    expect(await keeper.moveToDevice(learner.save())).toBe(8);
    expect(keeper.consent).toBe('granted');
    expect((await keeper.profile())?.lastEvent).toBe(8);
    expect(await keeper.eventsAfter(8)).toEqual([]);
    await keeper.leaveDevice('denied');
    expect(await indexedDB.databases()).toEqual([]);
    keeper.close();
  });

  it('keeps the sound profile before a damaged one until there is a newer sound one', async () => {
    const { keeper, codes } = await open();
    const learner = await restored(keeper);
    for (const event of await keeper.append(clicks(3)).then(() => keeper.eventsAfter(0))) learner.observe(event);
    await keeper.save(learner.save());
    await keeper.save(learner.save());
    keeper.close();
    const database = await openDB('sidestream/test');
    await database.put('profile', { schema: 3, bytes: new Uint8Array([1, 2, 3]) }, 'current');
    const { keeper: second, codes: told } = await open();
    expect((await second.profile())?.lastEvent).toBe(3);
    expect(told).toEqual(['store/corrupt']);
    await second.save(learner.save());
    // Torn again: what it had before is still there.
    await database.put('profile', { schema: 3, bytes: new Uint8Array([1, 2, 3]) }, 'current');
    database.close();
    expect((await second.profile())?.lastEvent).toBe(3);
    expect(codes).toEqual([]);
    second.close();
  });

  it('stays in memory with every event when the device has no room for them', async () => {
    const { keeper } = await open({ consent: 'pending' });
    const learner = await restored(keeper);
    await keeper.append(clicks(4));
    for (const event of await keeper.eventsAfter(0)) learner.observe(event);
    // Node's IndexedDB is never full; e2e fills a real one.
    for (const write of ['append', 'saveProfile'] as const) {
      const full = vi.spyOn(DeviceStore.prototype, write);
      full.mockRejectedValue(new SidestreamError('store/full', 'The disk is full.'));
      await expect(keeper.moveToDevice(learner.save())).rejects.toMatchObject({ code: 'store/full' });
      full.mockRestore();
    }
    expect(keeper.consent).toBe('pending');
    expect(await keeper.eventsAfter(0)).toHaveLength(4);
    await keeper.append(clicks(1));
    expect(await keeper.eventsAfter(0)).toHaveLength(5);
    // Another try finds nothing of the first.
    expect(await keeper.moveToDevice(learner.save())).toBe(4);
    expect(await keeper.eventsAfter(0)).toHaveLength(5);
    keeper.close();
  });

  it('takes events along that come while it moves to the device, and knows which were learned', async () => {
    const { keeper } = await open({ consent: 'pending' });
    const learner = await restored(keeper);
    await keeper.append(clicks(2));
    for (const event of await keeper.eventsAfter(0)) learner.observe(event);
    await keeper.append(clicks(1));
    const save = DeviceStore.prototype.saveProfile;
    const meanwhile = vi.spyOn(DeviceStore.prototype, 'saveProfile');
    meanwhile.mockImplementationOnce(async function (this: DeviceStore, ...given) {
      await keeper.append(clicks(1));
      return save.apply(this, given);
    });
    expect(await keeper.moveToDevice(learner.save())).toBe(2);
    meanwhile.mockRestore();
    await keeper.append(clicks(1));
    expect((await keeper.eventsAfter(0)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    keeper.close();
  });

  it('learns in the order of the log when the clock is set back', async () => {
    const { keeper } = await open();
    const first = await restored(keeper);
    const back = clicks(12).map((event, n) => ({ ...event, time: n < 6 ? 90_000 + n : 50 - n }));
    await keeper.append(back);
    for (const [n, { itemId, type }] of back.entries()) first.observe({ id: n + 1, itemId, type, time: n });
    const again = await restored(keeper);
    expect(again.terms).toEqual(first.terms);
    expect(again.weights).toEqual(first.weights);
    keeper.close();
  });
});
