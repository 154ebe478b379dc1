import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { type ServedShop, serveContent } from '../../../testing/served-shop';
import type { CooccurrenceTable } from '../../core/catalog';
import type { EngineOptions, RecommendRequest } from '../protocol';
import type { Engine } from './engine';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** a goes with d (lift 2, 37 orders) and e (lift 1), b with e (lift 3, 5 orders), c with f (lift 1). */
const cooccurrence: CooccurrenceTable = {
  count: 6,
  offsets: Uint32Array.of(0, 2, 3, 4, 4, 4, 4),
  rows: Uint32Array.of(3, 4, 4, 5),
  lifts: Float32Array.of(2, 1, 3, 1),
  support: Uint16Array.of(37, 0, 5, 0),
  origin: 'shop',
};
let shop: ServedShop;
beforeAll(async () => {
  const items = IDS.map((id, n) => makeItem(id, { title: id.toUpperCase(), popularity: 10 - n }));
  shop = await serveContent(await bundleContent(items), { learned: { cooccurrence } });
});
afterAll(() => shop.close());
// Node has no IndexedDB: this one follows the specification, in memory.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

async function start(given: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await shop.open({ consent: 'pending', ...given });
  await engine.settled();
  return engine;
}
const listed = async (engine: Engine, request: RecommendRequest) =>
  (await engine.recommend(request)).items.map(({ item }) => item.id).join('');

describe('a list about several items', () => {
  it('lists items that go with all of them, with orders if known, and explains them', async () => {
    const engine = await start();
    const request = { placement: 'complement', itemId: ['a', 'b'] } as const;
    const { items } = await engine.recommend(request);
    expect(items.map(({ item, score, reason }) => [item.id, score.toFixed(1), reason])).toEqual([
      ['e', '2.0', 'Bought with “B” in 5 orders'],
      ['d', '1.0', 'Bought with “A” in 37 orders'],
    ]);
    const { contributors, contributions, score, reason } = await engine.explain('e', request);
    expect(contributors.map(({ item, part }) => [item.id, part.toFixed(1)])).toEqual([
      ['b', '1.5'],
      ['a', '0.5'],
    ]);
    expect([contributions.boughtTogether, reason]).toEqual([score, items[0].reason]);
    const [goesWith] = (await engine.recommend({ placement: 'complement', itemId: 'c' })).items;
    expect([goesWith.item.id, goesWith.reason]).toEqual(['f', 'Goes with “C”']);
    await engine.close();
  });

  it('leaves out ids that the catalogue lacks, unless it lacks all of them', async () => {
    const engine = await start();
    expect(await listed(engine, { placement: 'complement', itemId: ['gone', 'a'] })).toBe('de');
    expect(await listed(engine, { placement: 'similar', itemId: ['gone', 'a'] })).not.toMatch(/a|^$/);
    for (const placement of ['complement', 'similar', 'for-you', 'recent'] as const) {
      for (const itemId of ['gone', ['gone'], ['gone', 'lost']]) {
        await expect(engine.recommend({ placement, itemId })).rejects.toMatchObject({ code: 'runtime/unknown-item' });
      }
    }
    await expect(engine.recommend({ itemId: [] })).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await engine.close();
  });

  it('never lists one of them, for any placement, whatever the rules say', async () => {
    const engine = await start();
    await engine.track('view', 'a', {});
    await engine.track('view', 'b', {});
    const pin = [{ itemId: 'a', position: 0 }];
    for (const placement of ['complement', 'similar', 'for-you', 'trending', 'recent'] as const) {
      expect(await listed(engine, { placement, itemId: ['a', 'b'], pin, excludeRecent: 0 })).not.toMatch(/[ab]/);
    }
    await engine.close();
  });
});

describe('a list about the cart', () => {
  for (const learning of [true, false])
    it(`follows its events, ${learning ? 'with' : 'without'} learning, and is empty with an empty cart`, async () => {
      const engine = await start({ learning });
      const cart = () => listed(engine, { cart: true });
      expect(await cart()).toBe('');
      await engine.track('view', 'c', {});
      expect(await cart()).toBe('');
      await engine.track('cart', 'a', {});
      expect(await cart()).toBe('de');
      await engine.track('cart', 'b', {});
      expect(await cart()).toBe('ed');
      // Items in the cart are not recommended for it.
      await engine.track('cart', 'd', {});
      expect(await listed(engine, { cart: true, excludeInCart: false })).toBe('e');
      await engine.track('uncart', 'd', {});
      await engine.track('purchase', 'a', {});
      expect(await cart()).toBe('e');
      await engine.track('uncart', 'b', {});
      expect(await cart()).toBe('');
      expect(await listed(engine, { cart: true, placement: 'trending' })).not.toBe('');
      await engine.close();
    });

  it('also uses the items of the request', async () => {
    const engine = await start();
    expect(await listed(engine, { cart: true, itemId: 'b' })).toBe('e');
    await engine.track('cart', 'a', {});
    expect(await listed(engine, { cart: true, itemId: 'b' })).toBe('ed');
    const { contributors } = await engine.explain('e', { cart: true, itemId: 'b' });
    expect(contributors.map(({ item }) => item.id)).toEqual(['b', 'a']);
    await engine.close();
  });

  it('is kept after consent, and deleted when it is withdrawn', async () => {
    const first = await start({ consent: 'granted' });
    await first.track('cart', 'a', {});
    await first.close();
    const next = await start({ consent: 'granted' });
    expect(await listed(next, { cart: true })).toBe('de');
    await next.consent('denied');
    await next.track('cart', 'b', {});
    expect(await listed(next, { cart: true })).toBe('');
    await next.close();
  });
});
