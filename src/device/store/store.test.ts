import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import type { NewEvent } from '../../core/events';
import { deleteDeviceStore, deviceStoreExists } from './device-presence';
import { DeviceStore } from './device-store';
import { MemoryStore } from './memory-store';
import { type LocalItem, MAX_SNAPSHOTS, type Store, type StoredProfile } from './store';

// Node has no IndexedDB: this one follows the specification, in memory. Browsers are tested in e2e.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const click = (itemId: string): NewEvent => ({ type: 'click', itemId, time: 5 });
const profile = (n: number): StoredProfile => ({ schema: 1, bytes: new Uint8Array([n]) });
const about = (lastEvent: number) => ({ time: 1, choices: lastEvent, windows: 1, lastEvent });
const refused = (code: string) => expect.objectContaining({ code });

const stores: [string, () => Promise<Store>][] = [
  ['in memory', async () => new MemoryStore()],
  ['on the device', () => DeviceStore.open('test')],
  ['on the device, encrypted', () => DeviceStore.open('test', { key: new Uint8Array(32).fill(7) })],
];

describe.each(stores)('a store %s', (_, open) => {
  it('numbers events in order of arrival, and returns those after a given one', async () => {
    const store = await open();
    expect((await store.append([click('a'), click('b')])).map(({ id }) => id)).toEqual([1, 2]);
    await store.append([click('c')]);
    expect(await store.eventsAfter(0)).toHaveLength(3);
    expect(await store.eventsAfter(1)).toEqual([
      { ...click('b'), id: 2 },
      { ...click('c'), id: 3 },
    ]);
    expect(await store.eventsAfter(3)).toEqual([]);
    store.close();
  });

  it('keeps the profile before the newest one', async () => {
    const store = await open();
    expect(await store.profiles()).toEqual([]);
    for (const n of [1, 2, 3]) await store.saveProfile(profile(n), 0);
    expect(await store.profiles()).toEqual([profile(3), profile(2)]);
    store.close();
  });

  it('keeps aggregates that continue it, through a rollback and an imported profile, until it is cleared', async () => {
    const store = await open();
    const aggregates = { schema: 1, lastEvent: 2, bytes: new Uint8Array([7]) };
    expect(await store.aggregates()).toBeNull();
    expect(await store.saveAggregates(aggregates, 0)).toBe(true);
    expect(await store.aggregates()).toEqual(aggregates);
    await store.replace(profile(1));
    expect(await store.aggregates()).toEqual(aggregates);
    expect(await store.saveAggregates({ ...aggregates, lastEvent: 3 }, 0)).toBe(false);
    await store.clear();
    expect(await store.aggregates()).toBeNull();
    store.close();
  });

  it('overwrites damaged aggregates, whatever their last event', async () => {
    const store = await open();
    const damaged = { schema: 1, lastEvent: 9, bytes: new Uint8Array([9]) };
    const fresh = { schema: 1, lastEvent: 2, bytes: new Uint8Array([2]) };
    await store.saveAggregates(damaged, 0);
    expect(await store.saveAggregates(fresh, 0, true)).toBe(true);
    expect(await store.aggregates()).toEqual(fresh);
    store.close();
  });

  it('keeps items of this device, one per id, through a reset that keeps them', async () => {
    const store = await open();
    const item = (id: string, title: string): LocalItem => ({
      item: makeItem(id, { title, image: 'data:image/webp;base64,AAAA', attributes: { size: 4, new: true } }),
      values: Int8Array.of(-128, 0, 127),
      scales: Float32Array.of(0.1, 1e-20),
      encoders: 'text/image',
    });
    for (const [id, title] of ['a first', 'b other', 'a second'].map((text) => text.split(' '))) {
      await store.saveLocalItem(item(id, title));
    }
    const kept = [item('a', 'second'), item('b', 'other')];
    const sorted = async () => (await store.localItems()).sort((a, b) => a.item.id.localeCompare(b.item.id));
    expect(await sorted()).toEqual(kept);
    await store.clear({ keepItems: true });
    expect(await sorted()).toEqual(kept);
    await store.clear();
    expect(await store.localItems()).toEqual([]);
    store.close();
  });

  it('gives a device one id, which outlives the profile', async () => {
    const store = await open();
    expect(await store.text('unit', (known) => known ?? 'first')).toBe('first');
    await store.clear();
    expect(await store.text('unit', (known) => known ?? 'second')).toBe('first');
    store.close();
  });

  it('takes in the log, the items and the profile of another store under the same ids, if it is new', async () => {
    const store = await open();
    const events = [3, 5].map((id) => ({ ...click(`item-${id}`), id }));
    const item = { item: makeItem('a'), values: Int8Array.of(1), scales: Float32Array.of(1), encoders: 'text/image' };
    expect(await store.adopt(events, [item], profile(1))).toBe(true);
    expect(await store.eventsAfter(0)).toEqual(events);
    expect(await store.localItems()).toEqual([item]);
    expect(await store.profiles()).toEqual([profile(1)]);
    expect((await store.append([click('next')]))[0].id).toBe(6);
    expect(await store.adopt([{ ...click('later'), id: 6 }], [], profile(2))).toBe(false);
    expect((await store.eventsAfter(6)).map(({ id, itemId }) => [id, itemId])).toEqual([[7, 'later']]);
    expect(await store.profiles()).toEqual([profile(1)]);
    // Ids of deleted events are not given again.
    await store.clear();
    expect(await store.adopt(events, [], profile(1))).toBe(false);
    expect((await store.eventsAfter(0)).map(({ id }) => id)).toEqual([8, 9]);
    expect(await store.profiles()).toEqual([]);
    store.close();
  });

  it('goes back to a snapshot, with the log as it was, and never gives an id twice', async () => {
    const store = await open();
    await store.append([click('a')]);
    await store.saveProfile(profile(1), 0, { snapshot: about(1) });
    await store.append([click('b')]);
    await store.saveProfile(profile(2), 0, { snapshot: about(2) });
    const [first] = await store.snapshots();
    expect(first).toEqual({ ...about(1), id: first.id });
    expect(await store.snapshotProfile(first.id)).toEqual(profile(1));
    expect(await store.snapshotProfile(99)).toBeNull();
    expect(await store.rollback(99)).toBe(false);
    expect(await store.rollback(first.id)).toBe(true);
    expect(await store.profiles()).toEqual([profile(1)]);
    expect(await store.eventsAfter(0)).toEqual([{ ...click('a'), id: 1 }]);
    expect(await store.snapshots()).toEqual([first]);
    expect((await store.append([click('c')]))[0].id).toBe(3);
    // A learner that still continues the profile before the rollback can no longer save.
    expect(await store.saveProfile(profile(7), 0)).toBe(false);
    expect(await store.profiles()).toEqual([profile(1)]);
    expect(await store.saveProfile(profile(7), await store.generation())).toBe(true);
    const generation = await store.generation();
    await store.clear();
    expect(await store.generation()).toBe(generation + 1);
    store.close();
  });

  it('keeps the last snapshots only', async () => {
    const store = await open();
    for (let n = 1; n <= MAX_SNAPSHOTS + 3; n++) await store.saveProfile(profile(n), 0, { snapshot: about(n) });
    const kept = await store.snapshots();
    expect(kept).toHaveLength(MAX_SNAPSHOTS);
    expect(kept.at(-1)?.lastEvent).toBe(MAX_SNAPSHOTS + 3);
    store.close();
  });

  it('drops the oldest events of an oversized log, but none that a stored profile lacks', async () => {
    const store = await open();
    await store.append(Array.from({ length: 100 }, (_, n) => click(`item-${n}`)));
    expect(await store.compact(100, 1_000_000)).toBe(0);
    expect(await store.compact(0, 2000)).toBe(0);
    const gone = await store.compact(30, 2000);
    expect(gone).toBe(30);
    expect((await store.eventsAfter(0))[0].id).toBe(31);
    await store.compact(100, 2000);
    const left = await store.eventsAfter(0);
    expect(left.length).toBeGreaterThan(5);
    expect(left.length).toBeLessThan(31);
    expect(left.at(-1)?.id).toBe(100);
    store.close();
  });

  it('replaces its content with an imported profile', async () => {
    const store = await open();
    await store.append([click('a')]);
    await store.saveProfile(profile(1), 0, { snapshot: about(1) });
    await store.replace(profile(9));
    expect(await store.profiles()).toEqual([profile(9)]);
    expect(await store.eventsAfter(0)).toEqual([]);
    expect(await store.snapshots()).toEqual([]);
    expect((await store.append([click('b')]))[0].id).toBe(2);
    store.close();
  });
});

describe('a store on the device', () => {
  it('leaves a database of an older layout untouched', async () => {
    const old = await openDB('sidestream/test', 1, { upgrade: (database) => database.createObjectStore('events') });
    await old.put('events', click('a'), 1);
    old.close();
    const store = DeviceStore.open('test');
    await expect(store).rejects.toMatchObject({ code: expect.stringMatching(/^store\//) });
    const raw = await openDB('sidestream/test');
    expect([raw.version, await raw.getAll('events')]).toEqual([1, [click('a')]]);
    raw.close();
  });

  it('saves nothing over a profile of newer code', async () => {
    const store = await DeviceStore.open('test');
    await store.saveProfile(profile(1), 0);
    const raw = await openDB('sidestream/test');
    await raw.put('profile', { schema: 99, from: 'the future' }, 'current');
    raw.close();
    expect(await store.saveProfile(profile(2), 0)).toBe(false);
    expect((await store.profiles())[0]).toEqual({ schema: 99, from: 'the future' });
    store.close();
  });

  it('saves no aggregates over later ones of another tab or of newer code', async () => {
    const store = await DeviceStore.open('test');
    const later = { schema: 1, lastEvent: 5, bytes: new Uint8Array([5]) };
    await store.saveAggregates(later, 0);
    expect(await store.saveAggregates({ ...later, lastEvent: 4 }, 0)).toBe(false);
    expect(await store.saveAggregates({ ...later, schema: 0, lastEvent: 9 }, 0)).toBe(false);
    expect(await store.aggregates()).toEqual(later);
    store.close();
  });

  it('leaves the layout of newer code as it is', async () => {
    const newer = await openDB('sidestream/test', 99, { upgrade: (database) => database.createObjectStore('else') });
    newer.close();
    await expect(DeviceStore.open('test')).rejects.toEqual(refused('store/newer-schema'));
    expect((await indexedDB.databases())[0].version).toBe(99);
  });

  it('yields to newer code, and to a deletion, immediately, and reports it', async () => {
    const closings: string[] = [];
    const store = await DeviceStore.open('test');
    store.onLost = (why) => closings.push(why);
    const newer = await openDB('sidestream/test', 99);
    await expect(store.append([click('a')])).rejects.toEqual(refused('store/newer-schema'));
    newer.close();
    await deleteDeviceStore('test');
    const other = await DeviceStore.open('test');
    other.onLost = (why) => closings.push(why);
    await deleteDeviceStore('test');
    await expect(other.eventsAfter(0)).rejects.toEqual(refused('store/forgotten'));
    expect(closings).toEqual(['newer-code', 'deleted']);
    expect(await deviceStoreExists('test')).toBe(false);
  });

  it('does not recreate a deleted database: neither at the start nor after the browser closed its connection', async () => {
    expect(await DeviceStore.openExisting('test')).toBeNull();
    expect(await indexedDB.databases()).toEqual([]);
    const closings: string[] = [];
    const store = await DeviceStore.open('test');
    store.onLost = (why) => closings.push(why);
    // As when the browser closes the connection of a page in the background.
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    transaction.mockImplementation(function (this: IDBDatabase) {
      this.close();
      throw new DOMException('The connection is closing.', 'InvalidStateError');
    });
    const failing = store.append([click('a')]);
    await expect(failing).rejects.toEqual(refused('store/unavailable'));
    transaction.mockRestore();
    await deleteDeviceStore('test');
    await expect(store.append([click('a')])).rejects.toEqual(refused('store/forgotten'));
    expect(closings).toEqual(['deleted']);
    expect(await indexedDB.databases()).toEqual([]);
  });

  it('leaves no database behind a blocked deletion, even if one was being opened meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const store = await DeviceStore.open('test');
      await store.append([click('a')]);
      store.close();
      // A page that does not close its connection, such as one that the browser has frozen.
      const other = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('sidestream/test');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const deleting = deleteDeviceStore('test');
      deleting.catch(() => undefined);
      // Nothing is left to read, even if the browser ends now.
      for (let n = 0; n < 200 && (await countIn(other)) > 0; n++) await new Promise(setImmediate);
      expect(await countIn(other)).toBe(0);
      const outcomes = Promise.allSettled([deleting, DeviceStore.open('test')]);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await outcomes).toMatchObject([
        { status: 'rejected', reason: { code: 'store/blocked' } },
        { status: 'rejected', reason: { code: 'store/blocked' } },
      ]);
      other.close();
    } finally {
      vi.useRealTimers();
    }
    await vi.waitFor(async () => expect(await indexedDB.databases()).toEqual([]));
    // The request to open it comes after the deletion.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await indexedDB.databases()).toEqual([]);
  });

  it('treats a database as refused if it was emptied after a refusal, but not deleted before the browser ended', async () => {
    const emptied = async (): Promise<void> => {
      (await DeviceStore.open('test')).close();
      const database = await openDB('sidestream/test');
      await database.put('profile', true, 'withdrawn');
      database.close();
    };
    await emptied();
    expect(await DeviceStore.openExisting('test')).toBeNull();
    expect(await indexedDB.databases()).toEqual([]);
    // Unless the shopper agrees again.
    await emptied();
    const store = await DeviceStore.open('test');
    expect(store.created).toBe(true);
    await store.append([click('a')]);
    store.close();
    const next = await DeviceStore.openExisting('test');
    expect(await next?.eventsAfter(0)).toHaveLength(1);
    next?.close();
  });

  it('skips unreadable rows', async () => {
    const store = await DeviceStore.open('test', { key: new Uint8Array(32).fill(7) });
    await store.append([click('sealed')]);
    const raw = await openDB('sidestream/test');
    await raw.add('events', { sealed: new Uint8Array(40) });
    await raw.add('events', { nonsense: true });
    raw.close();
    expect((await store.eventsAfter(0)).map(({ itemId }) => itemId)).toEqual(['sealed']);
    store.close();
  });
});

/** Number of rows in all stores of a database. */
const countIn = async (database: IDBDatabase): Promise<number> => {
  const names = [...database.objectStoreNames];
  const transaction = database.transaction(names);
  const counts = names.map(
    (name) =>
      new Promise<number>((resolve, reject) => {
        // The marker of the refusal.
        const request = transaction.objectStore(name).getAllKeys();
        request.onsuccess = () => resolve(request.result.filter((key) => key !== 'withdrawn').length);
        request.onerror = () => reject(request.error);
      }),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};
