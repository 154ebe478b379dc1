import 'fake-indexeddb/auto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubPage } from '../../../testing/client-page';
import { log, type ServedShop, serveShop } from '../../../testing/served-shop';
import { ThreadWorker } from '../../../testing/thread-worker';
import type { Recommender } from '../../device/protocol';
import { createRecommender, eraseDevice } from '.';

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
const handles: Recommender[] = [];
let session: Map<string, string>;
beforeEach(() => {
  session = new Map();
  stubPage(shop.bundle, { content: session, methods: { removeItem: (key: string) => void session.delete(key) } });
});
afterEach(async () => {
  await Promise.allSettled(handles.splice(0).map((handle) => handle.close()));
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const create = async (options: Partial<Parameters<typeof createRecommender>[0]> = {}): Promise<Recommender> => {
  const handle = await createRecommender({ bundle: shop.bundle, namespace: 'test', ...options });
  handles.push(handle);
  return handle;
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    ({ code }) => code,
  );
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const GONE = 'http://127.0.0.1:9/';

/** Places in feeds of other namespaces. */
const OTHERS = [
  'sidestream/test more http://shop/one/#feed#1',
  'sidestream/tes http://shop/#feed#1',
  'sidestream/test2 http://s/#feed#1',
];
/** As if feeds of this and of other namespaces had kept their places in this tab. */
function keepPlaces(): void {
  const own = ['sidestream/test http://shop/one/#feed#1', 'sidestream/test http://shop/two%20/#feed#1'];
  for (const key of [...own, ...OTHERS]) session.set(key, '{}');
}

/** An earlier visit of the shopper, who agreed. */
async function earlierVisit(): Promise<void> {
  const engine = await shop.open();
  await engine.track('click', 'a', {});
  await engine.close();
  expect(await databases()).toEqual(['sidestream/test']);
}

describe('a refusal if no recommender can start', () => {
  it('as an option: deletes, although the start fails without a bundle', async () => {
    await earlierVisit();
    expect(await codeOf(create({ bundle: GONE, consent: 'denied' }))).toBe('bundle/unreachable');
    expect(await databases()).toEqual([]);
  });

  it('by a recommender whose worker died, while the bundle can no longer be reached', async () => {
    for (const refuse of [
      (to: Recommender) => to.profile.consent('denied'),
      (to: Recommender) => to.profile.forget(),
    ]) {
      const recommender = await create({ consent: 'granted' });
      await recommender.track('click', 'a');
      const answer = shop.hold('');
      answer(true);
      ThreadWorker.all.at(-1)?.crash();
      await refuse(recommender);
      expect(await databases()).toEqual([]);
      answer();
      await recommender.close();
    }
  });

  it('deletes in the next worker, if another page blocked the deletion by the one that died', async () => {
    const recommender = await create({ consent: 'granted' });
    await recommender.track('click', 'a');
    const blocking = vi.spyOn(indexedDB, 'deleteDatabase').mockImplementation(() => {
      const request = {} as IDBOpenDBRequest;
      setTimeout(() => request.onerror?.(new Event('error')));
      return request;
    });
    ThreadWorker.all[0].crash();
    expect(await codeOf(recommender.profile.consent('pending'))).toBe('store/unavailable');
    blocking.mockRestore();
    expect((await recommender.status.get()).consent).toBe('pending');
    expect(await databases()).toEqual([]);
  });

  it('while the worker dies during it', async () => {
    const recommender = await create({ consent: 'granted' });
    await recommender.track('click', 'a');
    const lost = {} as IDBOpenDBRequest;
    const deleting = vi.spyOn(indexedDB, 'deleteDatabase').mockImplementationOnce(() => lost);
    const refusing = recommender.profile.consent('denied');
    await vi.waitFor(() => expect(deleting).toHaveBeenCalled());
    // That worker's tasks end with it.
    lost.onerror?.(new Event('error'));
    for (let n = 0; n < 20; n++) await null;
    ThreadWorker.all[0].crash();
    await refusing;
    expect(await databases()).toEqual([]);
    expect((await recommender.status.get()).consent).toBe('denied');
  });
});

describe('a refusal while the bundle is loaded', () => {
  for (const level of ['denied', 'pending'] as const) {
    it(`${level}: deletes at once, and the recommender that starts then stores nothing`, async () => {
      await earlierVisit();
      const create1 = vi.spyOn(indexedDB, 'open');
      const answer = shop.hold('');
      const starting = create({ consent: 'granted' });
      await vi.waitFor(() => expect(ThreadWorker.all).toHaveLength(1));
      const second = create({ consent: level });
      await vi.waitFor(async () => expect(await databases()).toEqual([]));
      create1.mockClear();
      answer();
      const [recommender] = await Promise.all([starting, second]);
      expect((await recommender.status.get()).consent).toBe(level);
      expect((await recommender.status.get()).events).toBe(0);
      await recommender.track('click', 'b');
      // Not even for a moment.
      expect(create1.mock.calls.filter(([, version]) => version !== undefined)).toEqual([]);
      expect(await databases()).toEqual([]);
    });
  }
});

describe('the places in feeds that this tab keeps', () => {
  it.each(['denied', 'pending', 'forget'] as const)('%s: are deleted at once', async (how) => {
    const recommender = await create({ consent: 'granted' });
    keepPlaces();
    const refusing = how === 'forget' ? recommender.profile.forget() : recommender.profile.consent(how);
    expect([...session.keys()]).toEqual(OTHERS);
    await refusing;
  });

  it.each(['denied', 'pending'] as const)('%s in another tab: are deleted too', async (level) => {
    await (await create({ consent: 'granted' })).close();
    const recommender = await create();
    const tab = await shop.open();
    keepPlaces();
    await tab.consent(level);
    await vi.waitFor(async () => expect((await recommender.status.get()).consent).toBe(level));
    await vi.waitFor(() => expect([...session.keys()]).toEqual(OTHERS));
    await tab.close();
  });

  it('stay on a page that starts without an answer, and with a yes', async () => {
    const recommender = await create({ consent: 'pending' });
    keepPlaces();
    await recommender.track('click', 'a');
    await recommender.profile.consent('granted');
    await recommender.track('click', 'b');
    expect(session.size).toBe(OTHERS.length + 2);
  });
});

describe('eraseDevice()', () => {
  it('deletes without a recommender: the database, and the places in feeds of the namespace with any bundle', async () => {
    await earlierVisit();
    keepPlaces();
    await eraseDevice({ namespace: 'test' });
    expect(await databases()).toEqual([]);
    expect([...session.keys()]).toEqual(OTHERS);
  });

  it('makes the recommender of the page and those of other tabs forget', async () => {
    const recommender = await create({ consent: 'granted' });
    const tab = await shop.open();
    await recommender.track('click', 'a');
    await eraseDevice({ namespace: 'test' });
    expect(await databases()).toEqual([]);
    expect(await recommender.status.get()).toMatchObject({ consent: 'pending', events: 0 });
    await vi.waitFor(async () => expect(await tab.status()).toMatchObject({ consent: 'pending', events: 0 }));
    await recommender.profile.consent('granted');
    await recommender.track('click', 'b');
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['b']);
    await tab.close();
  });

  it('tells a tab whose clock was ahead, too', async () => {
    const ahead = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const tab = await shop.open();
    ahead.mockRestore();
    await eraseDevice({ namespace: 'test' });
    await vi.waitFor(async () => expect((await tab.status()).consent).toBe('pending'));
    expect(await databases()).toEqual([]);
    await tab.close();
  });

  it('refuses unknown options', async () => {
    const all = [null, 'test', 5, [''], { namespace: '' }, { namespace: 3 }, { namespace: 'n'.repeat(257) }];
    for (const wrong of [...all, { namespace: null }, { namespaces: 'test' }, { namespace: 'test', bundle: '/' }]) {
      const refused = Reflect.apply(eraseDevice, undefined, [wrong]) as Promise<void>;
      await expect(refused).rejects.toThrow('an object with a namespace of 1 to 256 characters');
      expect(await codeOf(refused)).toBe('runtime/invalid-input');
    }
  });

  it('says that another page blocks it', async () => {
    vi.spyOn(indexedDB, 'deleteDatabase').mockImplementation(() => {
      const request = {} as IDBOpenDBRequest;
      setTimeout(() => request.onblocked?.(new Event('blocked') as IDBVersionChangeEvent));
      return request;
    });
    expect(await codeOf(eraseDevice({ namespace: 'blocked' }))).toBe('store/blocked');
  });
});

describe('a namespace that the page uses with another bundle', () => {
  it('is refused by name, with what to do; once the first recommender is closed it is free', async () => {
    const other = await serveShop();
    const first = await create({ consent: 'pending' });
    const second = create({ bundle: other.bundle });
    await expect(second).rejects.toMatchObject({
      code: 'runtime/other-bundle',
      message: expect.stringMatching(/"test"/),
    });
    await expect(second).rejects.toThrow(/namespace: "outlet"/);
    // A refusal among its options counts.
    expect(await codeOf(create({ bundle: other.bundle, consent: 'denied' }))).toBe('runtime/other-bundle');
    expect((await first.status.get()).consent).toBe('denied');
    const apart = await create({ bundle: other.bundle, namespace: 'outlet' });
    expect((await apart.recommend()).items.length).toBeGreaterThan(0);
    await first.close();
    await create({ bundle: other.bundle });
    await Promise.allSettled(handles.splice(0).map((handle) => handle.close()));
    await other.close();
  });
});
