import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { clickAll, consentOf, openedEngine } from '../../../testing/opened-engine';
import { CLICK, type ServedShop, serveShop } from '../../../testing/served-shop';
import { pause, shortenDelays } from '../../../testing/short-delays';
import { deleteDeviceStore } from '../store';
import { DeviceStore } from '../store/device-store';
import { type Engine, recommenderHost, startEngine } from './engine';

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const eventsOf = async (engine: Engine) => (await engine.status()).events;

/** The connection of a page that does not close it, such as one that the browser has frozen. */
async function stubbornTab(): Promise<{ close(): void }> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('sidestream/test');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

describe('a page that starts while the profile is being deleted', () => {
  it('does not recreate the database, and continues as pending', async () => {
    vi.spyOn(indexedDB, 'databases').mockResolvedValue([{ name: 'sidestream/test', version: 2 }]);
    const engine = await open({ consent: undefined });
    vi.restoreAllMocks();
    expect(await consentOf(engine)).toBe('pending');
    await engine.track('click', 'a', {});
    expect(await databases()).toEqual([]);
    await engine.close();
  });

  it('leaves no data behind, in whatever order they happen', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const first = await open();
      await first.track('click', 'a', {});
      const denying = first.consent('denied');
      for (let n = 0; n < turns; n++) await pause(0);
      const second = await open({ consent: undefined });
      await denying;
      await pause(5);
      await second.track('click', 'b', {});
      expect(await databases()).toEqual([]);
      expect(await consentOf(second)).not.toBe('granted');
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('consent withdrawn in one tab', () => {
  it('denied: every tab is denied, forgets, and learns nothing more', async () => {
    const [first, second, third] = [await open(), await open(), await open({ consent: 'pending', namespace: 'test' })];
    await clickAll(second, 'abc');
    await clickAll(third, 'ab');
    await first.consent('denied');
    for (const engine of [first, second, third])
      await vi.waitFor(async () => expect(await consentOf(engine)).toBe('denied'));
    for (const engine of [first, second, third]) {
      await engine.track('click', 'd', {});
      expect(await eventsOf(engine)).toBe(0);
      expect((await engine.metrics()).rows).toEqual([]);
    }
    expect(await databases()).toEqual([]);
    await Promise.all([first.close(), second.close(), third.close()]);
  });

  it('forgotten: the profile of another tab is gone too, and a new grant does not write it again', async () => {
    const [first, second] = [await open(), await open()];
    await clickAll(second, 'abc');
    await first.forget();
    await second.consent('granted');
    await second.settled();
    expect(await eventsOf(second)).toBe(0);
    await Promise.all([first.close(), second.close()]);
    const third = await open();
    expect(await eventsOf(third)).toBe(0);
    await third.close();
  });

  it('forgotten: another tab keeps neither the id of the experiment nor its counts', async () => {
    const experiment = { name: 'test', variants: [{ name: 'a' }, { name: 'b' }] };
    const [first, second] = [await open({ experiment }), await open({ experiment })];
    const idOf = async () => {
      const store = await DeviceStore.open('test');
      const id = await store.text('unit', (known) => known ?? 'none');
      store.close();
      return id;
    };
    const before = await idOf();
    await second.track('click', 'a', CLICK);
    await first.forget();
    await vi.waitFor(async () => expect(await consentOf(second)).toBe('pending'));
    expect(await second.takeMetrics()).toMatchObject({ counts: [] });
    await second.consent('granted');
    expect(await idOf()).not.toBe(before);
    await Promise.all([first.close(), second.close()]);
  });

  it('forgotten: an item that the shopper had added is gone from the other tab too', async () => {
    const [first, second] = [await open(), await open()];
    const features = { values: new Int8Array(20).fill(50), scales: new Float32Array(5).fill(1) };
    await second.insertItem({ item: makeItem('mine'), encoders: shop.encoders, ...features }, []);
    expect(await second.getItem('mine')).not.toBeNull();
    await first.forget();
    await vi.waitFor(async () => expect(await second.getItem('mine')).toBeNull());
    await second.consent('granted');
    await Promise.all([first.close(), second.close()]);
    const third = await open();
    expect(await third.getItem('mine')).toBeNull();
    await third.close();
  });

  it('granted in one tab reaches the waiting tab, with its learned state', async () => {
    const [first, second] = [await open({ consent: 'pending' }), await open({ consent: 'pending' })];
    await clickAll(first, 'ab');
    await clickAll(second, 'cd');
    await first.consent('granted');
    await vi.waitFor(async () => expect(await consentOf(second)).toBe('granted'));
    await vi.waitFor(async () => expect(await eventsOf(first)).toBe(4));
    expect(await eventsOf(second)).toBe(4);
    await Promise.all([first.close(), second.close()]);
  });
});

describe('a worker that replaces a stopped one', () => {
  it('does not grant consent again that another tab withdrew meanwhile', async () => {
    const first = await open();
    await first.consent('denied');
    const restarted = await open({ consent: 'granted', restarted: true });
    expect(await consentOf(restarted)).toBe('pending');
    await restarted.track('click', 'a', {});
    expect(await databases()).toEqual([]);
    expect(await consentOf(first)).toBe('denied');
    await Promise.all([first.close(), restarted.close()]);
  });

  it('does not withdraw consent that another tab granted meanwhile, and continues with the stored data', async () => {
    const first = await open();
    await clickAll(first, 'ab');
    const denied = await open({ consent: 'denied', restarted: true });
    expect(await databases()).toEqual(['sidestream/test']);
    expect(await consentOf(first)).toBe('granted');
    const granted = await open({ consent: 'granted', restarted: true });
    expect(await granted.status()).toMatchObject({ consent: 'granted', events: 2 });
    await Promise.all([first.close(), denied.close(), granted.close()]);
  });
});

describe('a deletion that another page holds up', () => {
  it.each(['denied', 'forgotten'])(
    '%s: rejects, has forgotten all the same, and tries again when asked again',
    async (how) => {
      const engine = await open();
      await clickAll(engine, 'abc');
      const other = await stubbornTab();
      const leave = () => (how === 'denied' ? engine.consent('denied') : engine.forget());
      // The other page never closes it, so the deletion waits for as long as it may.
      shortenDelays(1000);
      await expect(leave()).rejects.toMatchObject({ code: 'store/blocked' });
      expect(await engine.status()).toMatchObject({ consent: how === 'denied' ? 'denied' : 'pending', events: 0 });
      await expect(leave()).rejects.toMatchObject({ code: 'store/blocked' });
      vi.unstubAllGlobals();
      other.close();
      await leave();
      expect(await databases()).toEqual([]);
      await engine.close();
    },
  );
});

describe('an event on its way when consent is denied', () => {
  it('is not an error if the event was stored and the log is read to learn it', async () => {
    const engine = await open();
    await clickAll(engine, 'ab');
    const { eventsAfter } = DeviceStore.prototype;
    let go: () => void = () => undefined;
    let denying: Promise<void> | null = null;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    vi.spyOn(DeviceStore.prototype, 'eventsAfter').mockImplementationOnce(async function (this: DeviceStore, id) {
      denying = engine.consent('denied');
      await gate;
      return eventsAfter.call(this, id);
    });
    await engine.track('click', 'c', {});
    await vi.waitFor(() => expect(denying).not.toBeNull());
    go();
    await denying;
    await engine.settled();
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('is neither kept nor learned', async () => {
    const engine = await open();
    await engine.track('click', 'a', {});
    const { eventsAfter } = DeviceStore.prototype;
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    // The log's answer about the purchase's last click arrives after the denial.
    vi.spyOn(DeviceStore.prototype, 'eventsAfter').mockImplementationOnce(async function (this: DeviceStore, id) {
      await gate;
      return eventsAfter.call(this, id);
    });
    const tracking = engine.track('purchase', 'b', {});
    await engine.consent('denied');
    go();
    await tracking;
    await engine.settled();
    expect(await engine.status()).toMatchObject({ consent: 'denied', events: 0 });
    expect((await engine.metrics()).rows).toEqual([]);
    expect(await databases()).toEqual([]);
    await engine.close();
  });
});

describe('consent', () => {
  it('is one of three words, and anything else is refused by name', async () => {
    const engine = await open({ consent: 'pending' });
    for (const level of [true, false, 'yes', undefined, null]) {
      await expect(Reflect.apply(engine.consent, engine, [level])).rejects.toMatchObject({
        code: 'runtime/invalid-input',
        message: expect.stringContaining('"granted"'),
      });
    }
    expect(await consentOf(engine)).toBe('pending');
    await engine.close();
    const start = recommenderHost().start({ bundle: shop.bundle, consent: true }, {}, null, () => undefined);
    await expect(start).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    expect(await databases()).toEqual([]);
  });
});

describe('a profile replaced while a save is pending', () => {
  /** A save is due after 40 ms. */
  const OVERDUE_MS = 150;
  beforeEach(() => shortenDelays());
  /** The data that another page would find on the device. */
  const found = async () => {
    const engine = await open();
    const events = await eventsOf(engine);
    await engine.close();
    return events;
  };
  /**
   * The shopper clicks right before the profile is replaced, so that a save of the old learner is due; then one method
   * of the store is delayed until the save is overdue.
   */
  const slow = (
    replacing: 'replace' | 'rollback',
    held: 'localItems' | 'profiles' | 'generation' | null,
    engine: Engine,
  ) => {
    const { [replacing]: replace } = DeviceStore.prototype as unknown as Record<string, Method>;
    vi.spyOn(DeviceStore.prototype, replacing).mockImplementationOnce(async function (
      this: DeviceStore,
      ...given: unknown[]
    ) {
      await engine.track('click', 'f', {});
      const result = await replace.apply(this, given);
      if (held === null) await pause(OVERDUE_MS);
      else hold(held);
      return result as never;
    });
  };
  type Method = (...given: unknown[]) => Promise<unknown>;
  const hold = (method: 'localItems' | 'profiles' | 'generation') => {
    const original = DeviceStore.prototype[method] as Method;
    vi.spyOn(DeviceStore.prototype, method).mockImplementationOnce(async function (this: DeviceStore) {
      await pause(OVERDUE_MS);
      return (await original.call(this)) as never;
    });
  };
  const HELD = [null, 'localItems', 'profiles', 'generation'] as const;

  it.each(HELD)('imported, %s slow: the import stays', async (held) => {
    const source = await open({ consent: 'pending', namespace: 'other' });
    await clickAll(source, 'ababab');
    const file = await source.exportProfile();
    await source.close();
    const engine = await open();
    await clickAll(engine, 'c');
    slow('replace', held, engine);
    await engine.importProfile(file);
    await engine.settled();
    vi.restoreAllMocks();
    expect(await eventsOf(engine)).toBeGreaterThanOrEqual(6);
    await engine.close();
    expect(await found()).toBeGreaterThanOrEqual(6);
  });

  it.each(HELD)('rolled back, %s slow: the snapshot stays', async (held) => {
    const engine = await open();
    for (let n = 0; n < 42; n++) await engine.track('click', 'ab'[n % 2], {});
    await engine.settled();
    await clickAll(engine, 'cdcdcd');
    const [snapshot] = await engine.snapshots();
    slow('rollback', held, engine);
    await engine.rollback(snapshot.id);
    await engine.settled();
    vi.restoreAllMocks();
    expect(await eventsOf(engine)).toBeLessThanOrEqual(snapshot.choices + 1);
    await engine.close();
    expect(await found()).toBeLessThanOrEqual(snapshot.choices + 1);
  });
});

describe('tracking', () => {
  it('is answered by the outcome of the event, even while the recommender is closed', async () => {
    const engine = await open();
    const tracking = engine.track('click', 'b', {}).then(
      () => 1,
      () => 0,
    );
    await engine.close();
    expect(await logLength()).toBe(await tracking);
  });

  it('resolves when the event is stored, even if learning it fails', async () => {
    const engine = await open();
    await engine.track('click', 'a', {});
    const failing = vi.spyOn(DeviceStore.prototype, 'eventsAfter').mockRejectedValue(new Error('cannot be read'));
    await engine.track('click', 'b', {});
    await engine.settled();
    expect(shop.codes.length).toBeGreaterThan(0);
    failing.mockRestore();
    expect(await logLength()).toBe(2);
    // The next one is learned with it.
    await engine.track('click', 'c', {});
    expect(await eventsOf(engine)).toBe(3);
    await engine.close();
  });

  it('stores the other events of a batch with an unknown one', async () => {
    const engine = await open();
    const impressions = ['a', 'unknown', 'b'].map((itemId) => ({ type: 'impression' as const, itemId, details: {} }));
    const results = await engine.trackAll(impressions);
    expect(results.map((error) => error?.code ?? null)).toEqual([null, 'runtime/unknown-item', null]);
    expect(await logLength()).toBe(2);
    await expect(engine.track('click', 'unknown', {})).rejects.toMatchObject({ code: 'runtime/unknown-item' });
    await engine.close();
  });

  it("keeps the log within its budget if learning is off, and the rules' state of all events", async () => {
    const engine = await open({ learning: false, logBudget: 20_000 });
    await engine.track('dismiss', 'a', {});
    await engine.track('purchase', 'b', {});
    for (let n = 0; n < 30; n++) {
      await engine.trackAll(Array.from({ length: 100 }, () => ({ type: 'impression', itemId: 'c', details: {} })));
      await engine.settled();
    }
    expect(await logLength()).toBeLessThan(1500);
    await engine.close();
    const next = await open({ learning: false });
    const { items } = await next.recommend({ placement: 'trending' });
    expect(items.map(({ item }) => item.id).join('')).toBe('cdef');
    await next.close();
  });
});

describe('a refusal', () => {
  /** Collects the levels that a tab reports from now on. */
  const reported = async (engine: Engine, until: string): Promise<string[]> => {
    const levels: string[] = [];
    await vi.waitFor(async () => {
      levels.push(await consentOf(engine));
      expect(levels.at(-1)).toBe(until);
    });
    return [...new Set(levels)];
  };

  it('counts in every tab, even if the clock was set back after the grant', async () => {
    const ahead = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const first = await open();
    ahead.mockRestore();
    const second = await open({ consent: undefined });
    await second.consent('denied');
    for (const engine of [first, second]) expect(await reported(engine, 'denied')).not.toContain('pending');
    // The next answer of either is the later one.
    await second.consent('granted');
    await vi.waitFor(async () => expect(await consentOf(first)).toBe('granted'));
    await first.consent('denied');
    await vi.waitFor(async () => expect(await consentOf(second)).toBe('denied'));
    expect(await databases()).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  it('is the only level that another tab reports, even if the tab hears of it after the deletion', async () => {
    const { postMessage } = BroadcastChannel.prototype;
    const late = vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(function (
      this: BroadcastChannel,
      message,
    ) {
      setTimeout(() => {
        try {
          postMessage.call(this, message);
        } catch {
          // Closed meanwhile, by the end of the test.
        }
      }, 100);
    });
    const changes: string[] = [];
    const first = await open();
    const second = await startEngine(
      { bundle: shop.bundle, namespace: 'test', learning: true },
      { change: ({ consent }) => changes.push(consent), progress: () => undefined, error: () => undefined },
    );
    await pause(150);
    await first.consent('denied');
    expect(await databases()).toEqual([]);
    expect(await consentOf(second)).toBe('denied');
    await vi.waitFor(() => expect(changes).toContain('denied'));
    expect(changes).not.toContain('pending');
    late.mockRestore();
    await Promise.all([first.close(), second.close()]);
  });

  it('without an explanation, as through the browser settings, leaves a tab without an answer', async () => {
    const [first, second] = [await open(), await open()];
    await deleteDeviceStore('test');
    for (const engine of [first, second]) {
      expect(await consentOf(engine)).toBe('pending');
      await engine.track('click', 'a', {});
    }
    expect(await databases()).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  for (const consent of ['denied', 'pending'] as const) {
    it(`${consent}: the worker after one that died during it deletes the data`, async () => {
      const first = await open();
      await clickAll(first, 'ab');
      await first.close();
      const next = await open({ consent, restarted: true, withdrawn: true });
      expect(await databases()).toEqual([]);
      expect(await consentOf(next)).toBe(consent);
      await next.close();
    });
  }
});

describe('bundles at several addresses', () => {
  it('one after the other: the profile continues, as when a shop moves its folder', async () => {
    const moved = await serveShop();
    const first = await open();
    await clickAll(first, 'abc');
    await first.close();
    const next = await moved.open({ consent: undefined });
    expect(await next.status()).toMatchObject({ consent: 'granted', events: 3 });
    expect([moved.codes, shop.codes]).toEqual([[], []]);
    await next.close();
    await moved.close();
  });

  it('simultaneously in two tabs: each tab reports it once', async () => {
    const moved = await serveShop();
    const first = await openedEngine(shop.bundle, { consent: 'granted' });
    const second = await openedEngine(moved.bundle, { consent: 'granted' });
    const third = await openedEngine(moved.bundle, { consent: 'granted' });
    for (const { errors } of [first, second, third]) {
      await vi.waitFor(() => expect(errors.map(({ code }) => code)).toEqual(['runtime/other-bundle']));
    }
    expect(first.errors[0].message).toContain('namespace "test"');
    await Promise.all([first, second, third].map(({ engine }) => engine.close()));
    await moved.close();
  });
});

const logLength = async () => {
  const database = await openDB('sidestream/test');
  const count = await database.count('events');
  database.close();
  return count;
};
