import { describe, expect, it } from 'vitest';
import { catalog, chose, state } from '../../../../testing/rankings';
import type { Item } from '../../../core/catalog';
import { NO_RECORD, type ShopperRecord } from '../../../core/events';
import { type RankRequest, rank } from '../rank';
import { mergedRules, type Rules } from './rules';

/** Items by popularity: 0 is the most popular. Even ones are `Fruit/Sweet`, odd ones `Tools/Sharp`. */
const POPULAR: Partial<Item>[] = Array.from({ length: 8 }, (_, row) => ({
  popularity: 100 - 10 * row,
  category: row % 2 === 0 ? 'Fruit/Sweet' : 'Tools/Sharp',
}));

const list = (rules: Rules, more: Partial<RankRequest> = {}, record: Partial<ShopperRecord> = {}) =>
  rank(
    catalog(POPULAR),
    { ...state(), record: { ...NO_RECORD, ...record } },
    { placement: 'trending', row: null, limit: 8, exclude: new Set<number>(), rules, ...more },
  );
const rows = (...given: Parameters<typeof list>) => list(...given).map(({ row }) => row);

describe('exclusions', () => {
  it('leave out owned items and the cart by default, unless the shop allows them', () => {
    const record = { owned: new Set([0]), cart: new Set([1]) };
    expect(rows({}, {}, record)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rows({ excludeOwned: false }, {}, record)).toEqual([0, 2, 3, 4, 5, 6, 7]);
    expect(rows({ excludeInCart: false, excludeOwned: false }, {}, record)).toHaveLength(8);
  });

  it('leave `recent` complete, unless the shop says otherwise', () => {
    const index = catalog(POPULAR);
    const record = { ...NO_RECORD, owned: new Set([3]) };
    const recent = (rules: Rules) =>
      rank(
        index,
        { ...chose(3, 4), record },
        { placement: 'recent', row: null, limit: 8, exclude: new Set(), rules },
      ).map(({ row }) => row);
    expect(recent({})).toEqual([4, 3]);
    expect(recent({ excludeOwned: true })).toEqual([4]);
  });

  it('show sold-out or dismissed items if the shop allows them', () => {
    const index = catalog([{ availability: 'out-of-stock' }]);
    const shopper = state({ dismissed: new Set([1]) });
    const request = { placement: 'trending', row: null, limit: 8, exclude: new Set<number>() } as const;
    expect(rank(index, shopper, request)).toHaveLength(6);
    const rules = { excludeOutOfStock: false, excludeDismissed: false };
    expect(rank(index, shopper, { ...request, rules })).toHaveLength(8);
  });
});

describe('filter, boost and bury', () => {
  it('list only items that match the filter', () => {
    expect(rows({ filter: { category: 'Tools' } })).toEqual([1, 3, 5, 7]);
    expect(rows({ filter: { category: 'Nothing' } })).toEqual([]);
  });

  it('move matching items by standard deviations, as contributions to the score', () => {
    const boosted = list({ boost: [{ filter: { id: 'item-7' }, strength: 10 }] });
    expect(boosted[0].row).toBe(7);
    const { boost = 0, popularity = 0 } = boosted[0].contributions;
    expect(boost + popularity).toBeCloseTo(boosted[0].score, 5);
    const plain = list({}).map(({ score }) => score);
    const mean = plain.reduce((sum, score) => sum + score) / 8;
    const spread = Math.sqrt(plain.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 8);
    expect(boost).toBeCloseTo(10 * spread, 4);
    const buried = list({ bury: [{ filter: { category: 'Fruit' }, strength: 10 }] });
    expect(buried.map(({ row }) => row)).toEqual([1, 3, 5, 7, 0, 2, 4, 6]);
    expect(buried[7].contributions.bury).toBeLessThan(0);
  });
});

describe('pins', () => {
  it('stay at their places regardless of filter and scores, once each', () => {
    const pin = [
      { itemId: 'item-7', position: 0 },
      { itemId: 'item-5', position: 2 },
      { itemId: 'item-5', position: 3 },
      { itemId: 'unknown', position: 1 },
    ];
    const pinned = list({ pin, filter: { category: 'Fruit' } });
    expect(pinned.map(({ row }) => row)).toEqual([7, 0, 5, 2, 4, 6]);
    expect(pinned.map(({ source }) => source === 'pinned')).toEqual([true, false, true, false, false, false]);
    expect(pinned[0].reason).toBe('Picked by the shop');
  });

  it('do not bring back excluded items, and end with the list', () => {
    const pin = [
      { itemId: 'item-7', position: 0 },
      { itemId: 'item-6', position: 5 },
    ];
    expect(rows({ pin }, { limit: 3 }, { cart: new Set([7]) })).toEqual([0, 1, 2]);
    expect(rows({ pin, filter: { id: 'item-0' } })).toEqual([7, 0, 6]);
  });
});

describe('category cap and diversity', () => {
  it('limit the items per category, by path or by its broad levels; items without a category are unlimited', () => {
    expect(rows({ categoryCap: 1 })).toEqual([0, 1]);
    expect(rows({ categoryCap: 2, filter: { category: 'Fruit' } })).toEqual([0, 2]);
    const index = catalog([
      { category: 'A/a', popularity: 9 },
      { category: 'A/b', popularity: 8 },
      { category: '', popularity: 7 },
      { category: '', popularity: 6 },
      { category: 'B|A/c', popularity: 5 },
    ]);
    const capped = (rules: Rules) =>
      rank(index, state(), { placement: 'trending', row: null, limit: 5, exclude: new Set(), rules }).map(
        ({ row }) => row,
      );
    expect(capped({ categoryCap: 1 })).toEqual([0, 1, 2, 3, 4]);
    expect(capped({ categoryCap: { max: 1, depth: 1 } })).toEqual([0, 2, 3, 5]);
  });

  it('give a place that the cap takes to the nearest category that has room', () => {
    const paths = ['A/a/1', 'A/a/1', 'A/a/1', 'B/b', 'A/c', 'A/a/2', 'B/b', 'A/d'];
    const index = catalog(paths.map((category, row) => ({ category, popularity: 20 - row })));
    const capped = (limit: number, rules: Rules) =>
      rank(index, state(), { placement: 'trending', row: null, limit, exclude: new Set(), rules }).map(
        ({ row }) => row,
      );
    // Rows 1 and 2 have no room: first of the same parent, then of its parent.
    expect(capped(8, { categoryCap: 1 })).toEqual([0, 5, 4, 3, 7]);
    expect(capped(8, { categoryCap: 2 })).toEqual([0, 1, 5, 3, 4, 6, 7]);
    expect(capped(3, { categoryCap: 1, pin: [{ itemId: 'item-6', position: 1 }] })).toEqual([0, 6, 5]);
    expect(capped(8, { categoryCap: 1, diversity: 0.1 }).toSorted()).toEqual([0, 3, 4, 5, 7]);
  });

  it('put different content near each other; at 0 nothing changes', () => {
    // Rows 0 to 3 look alike, and so do rows 4 to 7.
    expect(rows({ diversity: 0 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const [first, second] = rows({ diversity: 0.7 });
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(4);
    expect(rows({ diversity: 0.7 }).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const scored = list({ diversity: 0.7 });
    for (const { score, contributions } of scored) expect(contributions.popularity ?? 0).toBeCloseTo(score, 5);
  });
});

describe('rotation and freshness', () => {
  it('lower items shown without being chosen, as a contribution to the score', () => {
    const timesShown = (row: number) => (row === 0 ? 5 : 0);
    expect(rows({}, {}, { timesShown })[0]).toBe(0);
    const rotated = list({ rotation: 1 }, {}, { timesShown });
    expect(rotated[0].row).toBe(1);
    const tired = rotated.find(({ row }) => row === 0);
    expect(tired?.contributions.rotation).toBeLessThan(0);
    expect((tired?.contributions.popularity ?? 0) + (tired?.contributions.rotation ?? 0)).toBeCloseTo(
      tired?.score ?? 0,
      5,
    );
  });

  it('keep the first half, followed by items that earlier pages of the visit did not show', () => {
    const shownBefore = new Set([0, 1, 2, 3]);
    expect(rows({ fresh: true }, { limit: 4, shownBefore })).toEqual([0, 1, 4, 5]);
    expect(rows({ fresh: true }, { limit: 4, shownBefore: new Set([0, 1, 2, 3, 4, 5]) })).toEqual([0, 1, 6, 7]);
    expect(rows({ fresh: true }, { limit: 8, shownBefore: new Set([4, 5, 6, 7]) })).toHaveLength(8);
    expect(rows({}, { limit: 4, shownBefore })).toEqual([0, 1, 2, 3]);
  });
});

it("a request's rules replace the shop's of the same name; the rest stay", () => {
  const shop: Rules = { excludeOwned: false, categoryCap: 2, boost: [{ filter: {} }] };
  expect(mergedRules(shop, { boost: [], filter: { id: 'a' }, categoryCap: undefined })).toEqual({
    excludeOwned: false,
    categoryCap: 2,
    boost: [],
    filter: { id: 'a' },
  });
});
