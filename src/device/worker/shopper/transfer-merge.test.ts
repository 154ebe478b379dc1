import 'fake-indexeddb/auto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedShop, serveContent, serveShop } from '../../../../testing/served-shop';
import { topicContent } from '../../../../testing/topics';
import { seededRandom } from '../../../core/common/random';
import type { EventType } from '../../../core/events';
import { encodeProfile } from '../../learner/profile';
import { DeviceStore } from '../../store/device-store';
import type { Engine } from '../engine';
import { decodeExport } from './exported-file';

interface Tracked {
  type: EventType;
  itemId: string;
  time: number;
}

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const COUNT = 120;

const MOVIELENS = fileURLToPath(new URL('../../../../shared/data/movielens/events.csv', import.meta.url));

/** Ratings of the three most active people of a log, as choices of this shop's items. */
function ratings(count: number): Tracked[] {
  const rows = readFileSync(MOVIELENS, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const users = new Map<number, number[][]>();
  for (const row of rows) users.set(row[1], [...(users.get(row[1]) ?? []), row]);
  const diligent = [...users.values()]
    .toSorted((one, two) => two.length - one.length)
    .slice(0, 3)
    .flat();
  return diligent
    .toSorted(([one], [two]) => one - two)
    .slice(0, count)
    .map(([time, , item, rating], n) => ({
      type: rating >= 4 ? 'cart' : rating >= 2 ? 'click' : 'dismiss',
      itemId: ids[item % COUNT],
      // Many share a second.
      time: 1000 * time + n,
    }));
}

let shop: ServedShop;
let ids: string[];
beforeAll(async () => {
  const content = await topicContent({ items: COUNT, topics: 8 });
  ids = content.items.map(({ id }) => id);
  shop = await serveContent(content);
});
afterAll(() => shop.close());
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/**
 * A separate device: its store has another name. The kernel's results differ from results without it in the
 * last digits, so it is loaded before the first event.
 */
async function device(namespace: string, given: Parameters<ServedShop['open']>[0] = {}): Promise<Engine> {
  const engine = await shop.open({ namespace, ...given });
  await engine.settled();
  return engine;
}

async function track(engine: Engine, events: readonly Tracked[]): Promise<void> {
  for (const { type, itemId, time } of events) await engine.track(type, itemId, {}, time);
  await engine.settled();
}

/** Events of a shopper with changing tastes, who also dismisses, fills a cart and buys. */
function stream(count: number, seed: number): Tracked[] {
  const random = seededRandom(seed);
  const types: EventType[] = [
    'impression',
    'view',
    'click',
    'click',
    'cart',
    'purchase',
    'dismiss',
    'undismiss',
    'uncart',
  ];
  return Array.from({ length: count }, (_, n) => ({
    type: types[Math.floor(random() * types.length)],
    itemId: ids[(40 * Math.floor(n / 30) + Math.floor(random() * 40)) % COUNT],
    time: START + n * MINUTE,
  }));
}

/** Everything that was learned, without the ids that the log gave its events. */
/** The profile that an engine exports. */
const exportedBy = async (engine: Engine) =>
  decodeExport(new Uint8Array(await (await engine.exportProfile()).arrayBuffer()));

async function learned(engine: Engine) {
  await engine.settled();
  const { profile } = await exportedBy(engine);
  const { lastEvent: _last, firstEvent: _first, ...rest } = profile;
  return rest;
}

const listOf = async (engine: Engine) =>
  (await engine.recommend({ limit: 30 })).items.map(({ item, score }) => [item.id, score]);

/** Two devices that share a stream of events, alternating or at random, and one that saw all of it. */
async function split(events: readonly Tracked[], seed = 5) {
  const random = seededRandom(seed);
  const here: Tracked[] = [];
  const there: Tracked[] = [];
  for (const event of events) (random() < 0.5 ? here : there).push(event);
  const devices = { one: await device('one'), two: await device('two'), whole: await device('whole') };
  await track(devices.one, here);
  await track(devices.two, there);
  await track(devices.whole, events);
  return { ...devices, here, there };
}

const closeAll = (...engines: Engine[]) => Promise.all(engines.map((engine) => engine.close()));

describe('the profiles of two devices', () => {
  it('equal, when merged on either device, the profile of a device that saw both logs, to the last digit', async () => {
    const { one, two, whole, here, there } = await split(stream(150, 1));
    const [first, second] = [await one.exportProfile(), await two.exportProfile()];
    expect(await one.importProfile(second, { merge: true })).toEqual({
      added: there.length,
      known: 0,
      leftOut: 0,
      exact: true,
    });
    const expected = await learned(whole);
    expect(expected.windows).toBeGreaterThan(1);
    expect(expected.history?.dismissed.length).toBeGreaterThan(0);
    expect(expected.history?.record?.cart.length).toBeGreaterThan(0);
    expect(await learned(one)).toEqual(expected);
    expect(await listOf(one)).toEqual(await listOf(whole));
    await two.importProfile(first, { merge: true });
    expect(await learned(two)).toEqual(expected);
    // Events tracked since are also merged, on a device that restarted from its store.
    await one.close();
    const next = await device('one', { consent: undefined });
    const more = stream(190, 2).slice(150);
    await track(next, more.slice(0, 20));
    await track(two, more.slice(20));
    await track(whole, more);
    expect(await next.importProfile(await two.exportProfile(), { merge: true })).toEqual({
      added: 20,
      known: here.length + there.length,
      leftOut: 0,
      exact: true,
    });
    expect(await learned(next)).toEqual(await learned(whole));
    await closeAll(next, two, whole);
  }, 60_000);

  it('count every event once, however often the files are exchanged', async () => {
    const { one, two, whole, there } = await split(stream(40, 3));
    const file = await two.exportProfile();
    await one.importProfile(file, { merge: true });
    expect(await one.importProfile(file, { merge: true })).toEqual({
      added: 0,
      known: there.length,
      leftOut: 0,
      exact: true,
    });
    // A copy has the same events, not new ones.
    const copy = await device('copy');
    expect(await copy.importProfile(file)).toEqual({ added: there.length, known: 0, leftOut: 0, exact: true });
    await copy.importProfile(await one.exportProfile(), { merge: true });
    expect((await copy.importProfile(await one.exportProfile(), { merge: true })).known).toBe(40);
    expect(await learned(copy)).toEqual(await learned(whole));
    await closeAll(one, two, whole, copy);
  });

  it('leave the counters of each device as they were, and know the orders of both', async () => {
    const [one, two] = [await device('one'), await device('two')];
    const [a, b] = ids;
    await one.track('click', a, {}, START);
    await two.track('click', b, {}, START + MINUTE);
    await two.track('purchase', b, { transactionId: 'order 1', price: 5, currency: 'EUR' }, START + 2 * MINUTE);
    await two.settled();
    const before = await one.metrics();
    await one.importProfile(await two.exportProfile(), { merge: true });
    expect(await one.metrics()).toEqual(before);
    // The shopper opens the confirmation of the order on the other device.
    await one.track('purchase', b, { transactionId: 'order 1', price: 5, currency: 'EUR' });
    expect((await one.metrics()).rows.map(({ purchases }) => purchases)).toEqual([0]);
    expect((await one.takeMetrics()).counts).toEqual([expect.objectContaining({ clicks: 1, purchases: 0 })]);
    await closeAll(one, two);
  });

  it('revert to the previous profile after a rollback, and can be merged again', async () => {
    const { one, two, whole } = await split(stream(80, 4));
    const [before, list] = [await learned(one), await listOf(one)];
    const file = await two.exportProfile();
    await one.importProfile(file, { merge: true });
    const snapshot = (await one.snapshots()).at(-1);
    expect(await listOf(one)).not.toEqual(list);
    await one.rollback(snapshot?.id ?? -1);
    expect(await learned(one)).toEqual(before);
    expect(await listOf(one)).toEqual(list);
    await one.importProfile(file, { merge: true });
    expect(await learned(one)).toEqual(await learned(whole));
    await closeAll(one, two, whole);
  });

  it('are gone after a rollback together with what was tracked since; what was tracked before stays', async () => {
    const { one, two } = await split(stream(40, 4));
    const before = await learned(one);
    await one.importProfile(await two.exportProfile(), { merge: true });
    const snapshot = (await one.snapshots()).at(-1);
    await one.track('click', String((await listOf(one))[0][0]), {});
    await one.settled();
    await one.rollback(snapshot?.id ?? -1);
    expect(await learned(one)).toEqual(before);
    await closeAll(one, two);
  });

  it.skipIf(!existsSync(MOVIELENS))(
    'equal the profile of one device for ratings of real people (skipped without ../shared/data/movielens)',
    async () => {
      const { one, two, whole } = await split(ratings(250));
      await one.importProfile(await two.exportProfile(), { merge: true });
      expect(await learned(one)).toEqual(await learned(whole));
      expect(await listOf(one)).toEqual(await listOf(whole));
      await closeAll(one, two, whole);
    },
    60_000,
  );
});

describe('a log that was cut', () => {
  /** A device that has dropped the oldest events of its log. */
  async function cut(namespace: string, events: readonly Tracked[]): Promise<Engine> {
    const engine = await device(namespace);
    await track(engine, events);
    await engine.close();
    const raw = await openDB(`sidestream/${namespace}`);
    await raw.delete('events', IDBKeyRange.upperBound(5));
    raw.close();
    const store = await DeviceStore.open(namespace);
    const [first] = events;
    expect((await store.eventsAfter(0))[0].time).toBeGreaterThan(first.time);
    store.close();
    return device(namespace, { consent: undefined });
  }

  it('here: its profile continues with newer events, and loses nothing', async () => {
    const events = stream(60, 6);
    const one = await cut(
      'one',
      events.filter((_, n) => n % 2 === 0),
    );
    const two = await device('two');
    await track(
      two,
      events.filter((_, n) => n % 2 === 1),
    );
    const before = await one.status();
    // Events 1, 3, 5, 7 and 9 of the stream are older than the sixth of this device.
    expect(await one.importProfile(await two.exportProfile(), { merge: true })).toEqual({
      added: 25,
      known: 0,
      leftOut: 5,
      exact: false,
    });
    expect((await one.status()).events).toBeGreaterThan(before.events);
    // The same as learning them now, one after the other.
    const other = await device('other');
    await track(
      other,
      events.filter((_, n) => n % 2 === 0),
    );
    await track(other, events.filter((_, n) => n % 2 === 1).slice(5));
    expect((await learned(one)).experts).toEqual((await learned(other)).experts);
    await closeAll(one, two, other);
  });

  it('in the file: the remaining events are learned', async () => {
    const events = stream(60, 6);
    const one = await device('one');
    await track(
      one,
      events.filter((_, n) => n % 2 === 0),
    );
    const two = await cut(
      'two',
      events.filter((_, n) => n % 2 === 1),
    );
    expect(await one.importProfile(await two.exportProfile(), { merge: true })).toEqual({
      added: 25,
      known: 0,
      leftOut: 0,
      exact: false,
    });
    const other = await device('other');
    await track(
      other,
      events.filter((_, n) => n % 2 === 0 || n > 9),
    );
    expect(await learned(one)).toEqual(await learned(other));
    await closeAll(one, two, other);
  });

  it('that moved from memory to the device with its profile is still known to be whole', async () => {
    const { two, whole, here } = await split(stream(40, 8));
    const moved = await device('moved', { consent: 'pending' });
    await track(moved, here);
    await moved.consent('granted');
    expect((await moved.importProfile(await two.exportProfile(), { merge: true })).exact).toBe(true);
    expect(await learned(moved)).toEqual(await learned(whole));
    await closeAll(two, whole, moved);
  });
});

describe('while profiles are merged', () => {
  /** Holds the merge before it stores anything. */
  function held(): { reached: Promise<void>; release(): void } {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const replace = DeviceStore.prototype.replace;
    const reached = new Promise<void>((resolve) => {
      vi.spyOn(DeviceStore.prototype, 'replace').mockImplementationOnce(async function (this: DeviceStore, ...given) {
        resolve();
        await released;
        return replace.apply(this, given);
      });
    });
    return { reached, release };
  }

  it('tracked events are kept, and learned afterwards', async () => {
    const { one, two, whole } = await split(stream(60, 9));
    const file = await two.exportProfile();
    const hold = held();
    const merging = one.importProfile(file, { merge: true });
    await hold.reached;
    const late: Tracked[] = [0, 1, 2].map((n) => ({ type: 'click', itemId: ids[n], time: START + (100 + n) * MINUTE }));
    for (const { type, itemId, time } of late) await one.track(type, itemId, {}, time);
    expect((await one.recommend({})).items.length).toBeGreaterThan(0);
    hold.release();
    await merging;
    await track(whole, late);
    expect(await learned(one)).toEqual(await learned(whole));
    await closeAll(one, two, whole);
  });

  it('a denial and forget() end it, and leave no data', async () => {
    const { one, two, whole, here } = await split(stream(60, 10));
    await whole.reset();
    await track(whole, here);
    const file = await two.exportProfile();
    for (const [engine, end] of [
      [one, () => one.consent('denied')],
      [whole, () => whole.forget()],
    ] as const) {
      const hold = held();
      const merging = engine.importProfile(file, { merge: true });
      await hold.reached;
      const ending = end();
      hold.release();
      await expect(merging).rejects.toMatchObject({ code: 'store/forgotten' });
      await ending;
      expect((await engine.status()).events).toBe(0);
    }
    expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['sidestream/two']);
    await closeAll(one, two, whole);
  });

  it('a rollback in another tab comes first, and both are merged with the result', async () => {
    const { one, two } = await split(stream(60, 11));
    const file = await two.exportProfile();
    const hold = held();
    const merging = one.importProfile(file, { merge: true });
    await hold.reached;
    const store = await DeviceStore.open('one');
    await store.clear({ keepItems: true });
    hold.release();
    const { added } = await merging;
    expect(await learned(one)).toEqual(await learned(two));
    expect(await store.eventsAfter(0)).toHaveLength(added);
    store.close();
    await closeAll(one, two);
  });

  it('a closed tab does not change the profile', async () => {
    const { one, two, here } = await split(stream(60, 12));
    const before = await learned(one);
    const snapshots = await one.snapshots();
    const hold = held();
    void one.importProfile(await two.exportProfile(), { merge: true });
    await hold.reached;
    // The worker is gone, so it never stores the result.
    const next = await device('one', { consent: undefined });
    expect(await learned(next)).toEqual(before);
    expect(await next.snapshots()).toEqual(snapshots);
    expect((await exportedBy(next)).log.events).toHaveLength(here.length);
    hold.release();
    await closeAll(next, two);
  });
});

describe('a file that cannot be merged', () => {
  it('is refused, and everything stays as it was', async () => {
    const { one, two, here } = await split(stream(30, 13));
    const before = await learned(one);
    const { profile } = await exportedBy(two);
    const shops = await serveShop();
    const other = await shops.open({ namespace: 'other' });
    for (const id of 'abc') await other.track('click', id, {});
    const elsewhere = await other.exportProfile();
    const sealed = await two.exportProfile('a secret');
    const bytes = new Uint8Array(await (await two.exportProfile()).arrayBuffer());
    bytes[200] ^= 1;
    const broken = new Blob([bytes]);
    const merge = true;
    const codeOf = (file: Blob, given: unknown) =>
      one.importProfile(file, given).then(
        () => 'none',
        ({ code, message }) => `${code} ${message}`,
      );
    const stored = new Blob([await encodeProfile(profile)]);
    expect(await codeOf(stored, { merge })).toMatch(/^store\/(corrupt|newer-schema)/);
    expect(await codeOf(elsewhere, { merge })).toMatch(/^runtime\/unknown-item .*another shop/);
    expect(await codeOf(sealed, { merge, passphrase: 'another' })).toMatch(/^store\/wrong-key/);
    expect(await codeOf(broken, { merge })).toMatch(/^store\/corrupt .*checksum/);
    expect(await codeOf(sealed, { merge: 'yes' })).toMatch(/^runtime\/invalid-input .*merge/);
    expect(await codeOf(sealed, { merg: true })).toMatch(/Did you mean "merge"/);
    expect(await codeOf(sealed, { merge, passphrase: 5 })).toMatch(/^runtime\/invalid-input .*passphrase/);
    expect(await learned(one)).toEqual(before);
    expect((await one.importProfile(sealed, { merge, passphrase: 'a secret' })).added).toBe(30 - here.length);
    await closeAll(one, two, other);
    await shops.close();
  });
});
