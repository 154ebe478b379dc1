import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { about, COOCCURRENCE, catalog, chose, state } from '../../../testing/rankings';
import { threeGroups } from '../../../testing/three-groups';
import { anyRequest, groupOf, withVariants } from '../../../testing/variants';
import type { Item } from '../../core/catalog';
import { NO_RECORD } from '../../core/events';
import { catalogIndex } from './catalog-index';
import { explain } from './explanation/explain';
import { type RankRequest, rank } from './rank';
import type { Rules } from './rules/rules';
import { productVariants } from './variants';

/** Rows 0, 1 and 2 are one product, rows 4 and 5 another one. */
const GROUPS = ['a', 'a', 'a', undefined, 'b', 'b', undefined, undefined];
const shop = (overrides: Partial<Item>[] = [], table: Parameters<typeof catalog>[1] = null) =>
  catalog(
    GROUPS.map((group, row) => ({ group, popularity: 80 - 10 * row, ...overrides[row] })),
    table,
  );
const request = (placement: RankRequest['placement'], more: Partial<RankRequest> = {}): RankRequest => ({
  placement,
  row: null,
  limit: 8,
  exclude: new Set(),
  ...more,
});
const rows = (
  index = shop(),
  placement: RankRequest['placement'] = 'trending',
  more: Partial<RankRequest> = {},
  shopper = state(),
) => rank(index, shopper, request(placement, more)).map(({ row }) => row);

describe('a list of a catalogue with variants', () => {
  it('never shows two of a product, for any shopper, placement and rules; whatever is excluded stays out with its product', () => {
    const { index, table, blend } = threeGroups(12);
    const sizes = ['S', 'M', 'L', 'XL', 'XXL', 'One'];
    const made = withVariants(index.items, table, 6, ({ title }, n) => ({
      price: 10 + 3 * ((n * 5 + title.length) % 6),
      availability: (['in-stock', 'out-of-stock', 'preorder'] as const)[(n + title.length) % 3],
      attributes: { size: sizes[n] },
    }));
    const variants = catalogIndex(made.items, made.table, blend, { variants: productVariants(made.items) });
    fc.assert(
      fc.property(anyRequest(variants), ({ shopper, request: asked }) => {
        const listed = rank(variants, shopper, asked);
        const groups = listed.map(({ row }) => groupOf(variants, row));
        expect(new Set(groups).size).toBe(groups.length);
        const gone = [...asked.exclude, ...(asked.row === null ? [] : [asked.row])];
        for (const row of gone) expect(groups).not.toContain(groupOf(variants, row));
        if (asked.rules?.excludeOwned) {
          for (const row of shopper.record?.owned ?? []) expect(groups).not.toContain(groupOf(variants, row));
        }
        for (const { row, score } of listed) expect(explain(variants, shopper, asked, row).score).toBe(score);
      }),
      { seed: 5, numRuns: 400 },
    );
  });

  it('shows the cheapest variant in stock while no preference is known, in a tie the first', () => {
    expect(rows()).toEqual([0, 4, 3, 6, 7]);
    expect(rows(shop([{ price: 9 }, { price: 8 }, { price: 8 }]))).toEqual([1, 4, 3, 6, 7]);
    expect(rows(shop([{ price: undefined }, { price: 8 }, { price: 3, availability: 'out-of-stock' }]))[0]).toBe(1);
    expect(rows(shop([{ price: 9, availability: 'preorder' }, { price: 10 }, { price: 11 }]))[0]).toBe(1);
  });

  it('reports the prices of available variants if they differ', () => {
    const pricesOf = (overrides: Partial<Item>[], rules: Rules = {}) => {
      const [first] = rank(shop(overrides), state(), request('trending', { rules }));
      return [first.row, first.prices];
    };
    const prices = [{ price: 30 }, { price: 25 }, { price: 40 }];
    expect(pricesOf(prices)).toEqual([1, { lowest: 25, highest: 40 }]);
    const soldOut = prices.map((item, n) => (n === 1 ? { ...item, availability: 'out-of-stock' as const } : item));
    expect(pricesOf(soldOut)).toEqual([0, { lowest: 30, highest: 40 }]);
    expect(pricesOf([{ price: 25 }, { price: 25 }, { price: undefined }])).toEqual([0, undefined]);
    expect(pricesOf([{ price: 25 }, { price: undefined }, soldOut[1]])).toEqual([0, undefined]);
    // The variant that passes a filter need not be the cheapest.
    expect(pricesOf(prices, { filter: { price: { $gte: 28 } } })).toEqual([0, { lowest: 25, highest: 40 }]);
    // Each has its own card.
    expect(pricesOf(prices, { variants: 'all' })).toEqual([0, undefined]);
  });

  it('shows a known shopper the variant in stock with the highest personal score', () => {
    const prices = [40, 2, 40].map((price) => ({ price }));
    const index = shop(prices);
    expect(rows(index, 'trending', {}, chose(6))[0]).toBe(2);
    expect(rows(index, 'for-you', {}, chose(6)).filter((row) => row < 3)).toEqual([2]);
    const soldOut = shop([prices[0], prices[1], { ...prices[2], availability: 'out-of-stock' }]);
    expect(rows(soldOut, 'for-you', {}, chose(6)).filter((row) => row < 3)).toEqual([0]);
  });

  it('shows sold-out variants only if the rules admit them and no variant is in stock', () => {
    const soldOut = { availability: 'out-of-stock' as const };
    const rules: Rules = { excludeOutOfStock: false };
    expect(rows(shop([soldOut, { price: 50 }, soldOut]), 'trending', { rules })[0]).toBe(1);
    const none = shop([soldOut, { ...soldOut, price: 1 }, soldOut]);
    expect(rows(none)).not.toContain(1);
    expect(rows(none, 'trending', { rules })).toContain(1);
  });

  it('lets a filter limit which variants may represent the product, and boosts choose among them', () => {
    const index = shop([{}, { attributes: { size: 'M' } }]);
    expect(rows(index, 'trending', { rules: { filter: { 'attributes.size': 'M' } } })).toEqual([1]);
    const push = [{ filter: { 'attributes.size': 'M' } }];
    expect(rows(index, 'trending', { rules: { boost: push } })[0]).toBe(1);
    expect(rows(shop([{ attributes: { size: 'M' } }]), 'trending', { rules: { bury: push } })).not.toContain(0);
  });

  it('shows all of them if a rule says so, except for products in view, owned, dismissed or in the cart', () => {
    const rules: Rules = { variants: 'all' };
    expect(rows(shop(), 'trending', { rules })).toEqual([0, 1, 2, 4, 5, 3, 6, 7]);
    expect(rows(shop(), 'trending', { rules, exclude: new Set([1]) })).toEqual([0, 2, 4, 5, 3, 6, 7]);
    expect(rows(shop(), 'similar', { rules, row: 1 })).not.toContain(2);
    const record = { ...NO_RECORD, owned: new Set([2]), cart: new Set([5]) };
    expect(rows(shop(), 'trending', { rules }, { ...state(), record })).toEqual([3, 6, 7]);
    expect(rows(shop(), 'trending', { rules }, state({ dismissed: new Set([4]) }))).toEqual([0, 1, 2, 3, 6, 7]);
    const pin = [1, 0].map((row, position) => ({ itemId: `item-${row}`, position }));
    expect(rows(shop(), 'trending', { rules: { ...rules, pin } }).slice(0, 3)).toEqual([1, 0, 2]);
  });

  it('applies knowledge about a variant to its product', () => {
    const record = { ...NO_RECORD, owned: new Set([2]), cart: new Set([5]) };
    expect(rows(shop(), 'trending', {}, { ...state(), record })).toEqual([3, 6, 7]);
    expect(
      rows(shop(), 'trending', { rules: { excludeOwned: false, excludeInCart: false } }, { ...state(), record }),
    ).toHaveLength(5);
    expect(rows(shop(), 'trending', { exclude: new Set([1, 4]) })).toEqual([3, 6, 7]);
    expect(rows(shop(), 'trending', {}, state({ dismissed: new Set([1]) }))).toEqual([4, 3, 6, 7]);
    for (const placement of ['similar', 'complement', 'for-you'] as const) {
      expect(rows(shop(), placement, { row: 1 })).not.toContain(0);
      expect(rows(shop(), placement, { row: 1 })).not.toContain(2);
    }
    expect(rows(shop(), 'for-you', {}, chose(1)).filter((row) => row < 3)).toEqual([]);
    expect(rows(shop(), 'for-you', { rules: { excludeRecent: 0 } }, chose(1)).filter((row) => row < 3)).toHaveLength(1);
    expect(rows(shop(), 'trending', { rules: { fresh: true }, limit: 2, shownBefore: new Set([5]) })).toEqual([0, 3]);
    const shown = { ...NO_RECORD, timesShown: (row: number) => (row === 2 ? 9 : 0) };
    const rotated = rank(shop(), { ...state(), record: shown }, request('trending', { rules: { rotation: 1 } }));
    expect(rotated.find(({ row }) => row === 0)?.contributions.rotation).toBeLessThan(0);
  });

  it('counts a pin of a variant as one of its product', () => {
    const pin = [2, 1, 3].map((row, position) => ({ itemId: `item-${row}`, position }));
    expect(rows(shop(), 'trending', { rules: { pin } })).toEqual([2, 4, 3, 6, 7]);
    const diverse = rows(shop(), 'trending', { rules: { pin, diversity: 0.5, categoryCap: 2 } });
    expect(diverse.filter((row) => row < 3)).toEqual([2]);
  });

  it('shows in `recent` the viewed variant, or another one if that is sold out', () => {
    expect(rows(shop(), 'recent', {}, chose(2, 7))).toEqual([7, 2]);
    const soldOut = shop([{ price: 9 }, {}, { availability: 'out-of-stock' }]);
    expect(rows(soldOut, 'recent', {}, chose(2, 7))).toEqual([7, 1]);
    expect(rows(soldOut, 'recent', { rules: { variants: 'all' } }, chose(2, 7))).toEqual([7]);
    const gains = new Map([
      [2, 1],
      [1, 0],
    ]);
    const repeatable = { gains, places: 0 };
    expect(rows(shop([{ price: 1 }]), 'again', { repeatable })).toHaveLength(1);
    expect(rows(shop([{ price: 1 }]), 'again', { repeatable })).not.toContain(0);
  });

  it('knows co-occurrence by the first variant for all of them', () => {
    // Others chose item 0 with items 6 and 7.
    const index = shop([], COOCCURRENCE);
    expect(rows(index, 'complement', about(2))).toEqual([7, 6]);
    const back = rank(index, state(), request('complement', { ...about(7), rules: { filter: { id: 'item-2' } } }));
    expect(back).toMatchObject([{ row: 2, source: 'boughtTogether' }]);
    const asked = request('for-you');
    const shopper = chose(2);
    const { contributions, contributors } = explain(index, shopper, asked, 7);
    expect(contributions.boughtTogether).toBeGreaterThan(0);
    expect(contributors.map(({ row }) => row)).toEqual([2]);
    expect(explain(index, { ...chose(7) }, asked, 1).contributions.boughtTogether).toBeGreaterThan(0);
  });
});

describe('the index of a catalogue with variants', () => {
  it('counts a product once, with the popularity of all of its variants', () => {
    const counted = shop(GROUPS.map((_, row) => ({ popularity: row < 2 ? 5 + row : row === 3 ? 7 : undefined })));
    expect(counted.variants?.popularity.slice(0, 4)).toEqual([11, 11, 11, 7]);
    for (const row of [0, 3]) expect(counted.logPopularity[row]).toBeCloseTo(Math.log((row === 0 ? 12 : 8) / 10));
    // An unknown one counts as the mean of the products.
    expect(counted.logPopularity[4]).toBe(0);
    const repeated = shop(GROUPS.map(() => ({ popularity: 5 })));
    expect(repeated.variants?.popularity).toEqual(GROUPS.map(() => 5));
    // Two products of five are fruit.
    expect(counted.categories.baseRate[counted.categories.names.indexOf('Fruit')]).toBeCloseTo(2 / 5);
    expect(counted.variants?.products).toEqual([0, 3, 4, 6, 7]);
  });

  it('equals the index of a catalogue without groups if no two items share one', () => {
    const alone = catalog(GROUPS.map((_, row) => ({ group: `g${row}` })));
    expect(alone.variants).toBeNull();
    expect({ ...alone, items: [] }).toEqual({ ...catalog(), items: [] });
  });
});
