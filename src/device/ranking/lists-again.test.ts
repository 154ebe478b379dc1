import { describe, expect, it } from 'vitest';
import { NO_RECORD } from '../../core/events';
import { catalog, chose, state } from '../../testing/rankings';
import { explain } from './explanation/explain';
import { type RankRequest, rank } from './rank';

const index = catalog();
const due = (places: number, ...rows: number[]) => ({
  contributions: new Map(rows.map((row, n) => [row, { repeats: 1 - n, due: -0.5 }])),
  places,
});
const record = (owned: readonly number[], cart: readonly number[] = []) => ({
  record: { ...NO_RECORD, owned: new Set(owned), cart: new Set(cart) },
});
const list = (request: Partial<RankRequest>, shopper = chose(3, 2, 1, 0)) =>
  rank(
    index,
    { ...shopper, ...record([1, 2, 3]) },
    { placement: 'for-you', row: null, limit: 4, exclude: new Set(), ...request },
  );
const rowsOf = (request: Partial<RankRequest>) => list(request).map(({ row }) => row);

describe('the placement again', () => {
  const again = { placement: 'again' } as const;

  it('lists due items, bought or not, the best first, with their own reason and contributions', () => {
    const places = list({ ...again, due: due(0, 3, 1) });
    expect(places.map(({ row }) => row)).toEqual([3, 1]);
    expect(places[0]).toMatchObject({
      source: 'personal',
      reason: 'Time to buy again?',
      score: 0.5,
      contributions: { repeats: 1, due: -0.5 },
    });
    const request = { ...again, row: null, limit: 4, exclude: new Set<number>(), due: due(0, 3, 1) };
    const { score, contributions, reason } = explain(index, { ...state(), ...record([1]) }, request, 1);
    expect([score, contributions, reason]).toEqual([-0.5, { repeats: 0, due: -0.5 }, 'Time to buy again?']);
  });

  it('is empty if no item is due, and never contains other items', () => {
    expect(list(again)).toEqual([]);
    expect(list({ ...again, due: null })).toEqual([]);
    expect(rowsOf({ ...again, due: due(0, 3), rules: { pin: [{ itemId: 'item-5', position: 0 }] } })).toEqual([3]);
  });

  it('leaves out items in the cart, in view, dismissed or excluded by a rule', () => {
    const shopper = { ...state({ dismissed: new Set([2]) }), ...record([1, 2, 3, 4], [3]) };
    const request = { ...again, row: null, limit: 8, exclude: new Set([1]), due: due(0, 1, 2, 3, 4) };
    expect(rank(index, shopper, request).map(({ row }) => row)).toEqual([4]);
    expect(rowsOf({ ...again, due: due(0, 1), rules: { excludeOwned: true } })).toEqual([]);
  });
});

describe('for-you', () => {
  it('contains as many due items as it has places for repeats, the best ones', () => {
    expect(rowsOf({ due: due(0, 2, 3) }).filter((row) => row < 4)).toEqual([]);
    const places = list({ due: due(1, 2, 3) });
    const [repeat] = places.filter(({ row }) => row < 4);
    expect(repeat).toMatchObject({ row: 2, reason: 'Time to buy again?' });
    expect(places.filter(({ reason }) => reason === 'Time to buy again?')).toHaveLength(1);
    // Its score equals the list's.
    expect(repeat.contributions).not.toHaveProperty('due');
    expect(
      rowsOf({ due: due(2, 2, 3) })
        .filter((row) => row < 4)
        .sort(),
    ).toEqual([2, 3]);
  });

  it('contains all bought items by how often they were bought if a rule lets them in, and explains that', () => {
    const gains = new Map([
      [1, 0.5],
      [2, 9],
      [3, 8],
    ]);
    const request = { due: { ...due(1, 2), gains } };
    expect(rowsOf(request).slice(0, 2)).toEqual([2, 3]);
    const [first] = list(request);
    expect(first).toMatchObject({ reason: 'Time to buy again?', contributions: { repeats: 9 } });
    const asked = { placement: 'for-you', row: null, limit: 4, exclude: new Set<number>(), ...request } as const;
    const explained = explain(index, { ...chose(3, 2, 1, 0), ...record([1, 2, 3]) }, asked, 2);
    expect(explained.score).toBeCloseTo(
      Object.values(explained.contributions).reduce((sum, part) => sum + part, 0),
      4,
    );
    expect(explained.contributions.repeats).toBe(9);
    expect(rowsOf({ ...request, rules: { excludeOwned: true } }).filter((row) => row < 4)).toEqual([]);
  });

  it('gives their places to the next due items if other rules exclude some, and to none if bought items are excluded', () => {
    expect(rowsOf({ due: due(1, 2, 3), exclude: new Set([2]) }).filter((row) => row < 4)).toEqual([3]);
    const filter = { id: { $ne: 'item-2' } };
    expect(rowsOf({ due: due(1, 2, 3), rules: { filter } }).filter((row) => row < 4)).toEqual([3]);
    expect(rowsOf({ due: due(1, 2, 3), rules: { excludeOwned: true } }).filter((row) => row < 4)).toEqual([]);
  });
});

it('trending follows current sales if known', () => {
  const popular = catalog(Array.from({ length: 8 }, (_, row) => ({ popularity: 8 - row })));
  const request = { placement: 'trending', row: null, limit: 2, exclude: new Set<number>() } as const;
  const rows = (trend: Float32Array | null) => rank({ ...popular, trend }, state(), request).map(({ row }) => row);
  expect(rows(null)).toEqual([0, 1]);
  const [first] = rank({ ...popular, trend: Float32Array.of(0, 0, 0, 2, 0, 1, 0, 0) }, state(), request);
  expect(first).toMatchObject({ row: 3, source: 'popularity', contributions: { popularity: 2 } });
});
