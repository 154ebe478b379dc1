import { describe, expect, it } from 'vitest';
import { catalog, chose, state } from '../../../testing/rankings';
import { NO_RECORD } from '../../core/events';
import { explain } from './explanation/explain';
import { type RankRequest, rank } from './rank';

const index = catalog();
/** A shopper's purchases, the most often bought first. */
const bought = (places: number, ...rows: number[]) => ({
  gains: new Map(rows.map((row, n) => [row, 30 - 10 * n])),
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

  it('lists what was bought by the score with how often, with its own reason', () => {
    const places = list({ ...again, repeatable: bought(0, 3, 1) });
    expect(places.map(({ row }) => row)).toEqual([3, 1]);
    const same = { source: 'personal', reason: 'Time to buy again?' };
    expect(places).toMatchObject([
      { ...same, contributions: { repeats: 30 } },
      { ...same, contributions: { repeats: 20 } },
    ]);
    const request = { ...again, row: null, limit: 4, exclude: new Set<number>(), repeatable: bought(0, 3, 1) };
    const { score, contributions, reason } = explain(index, { ...chose(3, 2, 1, 0), ...record([1]) }, request, 1);
    expect(score).toBeCloseTo(places[1].score, 4);
    expect([contributions.repeats, reason]).toEqual([20, 'Time to buy again?']);
  });

  it('is empty if nothing was bought, and never contains other items', () => {
    expect(list(again)).toEqual([]);
    expect(list({ ...again, repeatable: null })).toEqual([]);
    expect(rowsOf({ ...again, repeatable: bought(0, 3), rules: { pin: [{ itemId: 'item-5', position: 0 }] } })).toEqual(
      [3],
    );
  });

  it('leaves out items in the cart, in view, dismissed or excluded by a rule', () => {
    const shopper = { ...state({ dismissed: new Set([2]) }), ...record([1, 2, 3, 4], [3]) };
    const request = { ...again, row: null, limit: 8, exclude: new Set([1]), repeatable: bought(0, 1, 2, 3, 4) };
    expect(rank(index, shopper, request).map(({ row }) => row)).toEqual([4]);
    expect(rowsOf({ ...again, repeatable: bought(0, 1), rules: { excludeOwned: true } })).toEqual([]);
  });
});

describe('for-you', () => {
  it('contains as many bought items as it has places for repeats, the most often bought ones', () => {
    expect(rowsOf({ repeatable: bought(0, 2, 3) }).filter((row) => row < 4)).toEqual([]);
    const places = list({ repeatable: bought(1, 2, 3) });
    const [repeat] = places.filter(({ row }) => row < 4);
    expect(repeat).toMatchObject({ row: 2, reason: 'Time to buy again?' });
    expect(places.filter(({ reason }) => reason === 'Time to buy again?')).toHaveLength(1);
    expect(
      rowsOf({ repeatable: bought(2, 2, 3) })
        .filter((row) => row < 4)
        .sort(),
    ).toEqual([2, 3]);
  });

  it('explains how often they were bought', () => {
    const request = { repeatable: bought(2, 2, 3) };
    expect(rowsOf(request).slice(0, 2)).toEqual([2, 3]);
    const [first] = list(request);
    expect(first).toMatchObject({ reason: 'Time to buy again?', contributions: { repeats: 30 } });
    const asked = { placement: 'for-you', row: null, limit: 4, exclude: new Set<number>(), ...request } as const;
    const explained = explain(index, { ...chose(3, 2, 1, 0), ...record([1, 2, 3]) }, asked, 2);
    expect(explained.score).toBeCloseTo(
      Object.values(explained.contributions).reduce((sum, part) => sum + part, 0),
      4,
    );
    expect(explained.contributions.repeats).toBe(30);
    expect(rowsOf({ ...request, rules: { excludeOwned: true } }).filter((row) => row < 4)).toEqual([]);
  });

  it('gives their places to the next bought items if other rules exclude some, and to none if bought items are excluded', () => {
    expect(rowsOf({ repeatable: bought(1, 2, 3), exclude: new Set([2]) }).filter((row) => row < 4)).toEqual([3]);
    const filter = { id: { $ne: 'item-2' } };
    expect(rowsOf({ repeatable: bought(1, 2, 3), rules: { filter } }).filter((row) => row < 4)).toEqual([3]);
    expect(rowsOf({ repeatable: bought(1, 2, 3), rules: { excludeOwned: true } }).filter((row) => row < 4)).toEqual([]);
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
