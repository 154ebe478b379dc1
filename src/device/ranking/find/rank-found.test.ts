import { expect, it } from 'vitest';
import { catalog, state } from '../../../../testing/rankings';
import { NO_RECORD } from '../../../core/events';
import type { RankRequest } from '../rank';
import { type Found, mixed, rankFound, rulesOfFind, sharedCategory } from './rank-found';

const index = catalog();
const request = (more: Partial<RankRequest> = {}): RankRequest => ({
  placement: 'for-you',
  row: null,
  limit: 8,
  exclude: new Set(),
  rules: rulesOfFind({}),
  ...more,
});
const found =
  (scores: number[], more: Partial<Found> = {}) =>
  (): Found => ({
    scores: Float32Array.from(scores),
    by: 'words',
    source: 'words',
    reason: { kind: 'matches', name: 'red shirt' },
    ...more,
  });
const EQUAL = found([1, 1, 0, 0, 1, 1, 0, 0]);
/** A shopper who chose an item of the second group. */
const toolmaker = state({ rows: [6], strengths: [1] });
const rowsOf = (list: ReturnType<typeof rankFound>): number[] => list.map(({ row }) => row);

it('lists only what was found, and orders items that the words fit equally by taste', () => {
  const list = rankFound(index, toolmaker, request(), EQUAL);
  expect(rowsOf(list).slice(0, 2).sort()).toEqual([4, 5]);
  expect(rowsOf(list).slice(2).sort()).toEqual([0, 1]);
  expect(list[0]).toMatchObject({ source: 'words', reason: 'Matches “red shirt”' });
});

it('mixes words with meaning, which counts more the less of the words the best item has', () => {
  const meaning = found([0.2, 0.1, 1, 0.5], { by: 'meaning' })();
  const mix = (...shares: number[]) => mixed(Float32Array.from(shares), meaning);
  expect([...mix(1, 0.8, 0, 0).scores]).toEqual([1, 0.8, 0, 0].map((score) => expect.closeTo(score)));
  // Three quarters of the meaning for the half that is missing.
  const some = mix(0.5, 0.4, 0, 0);
  expect([...some.scores]).toEqual([0.867, 0.633, 1, 0.5].map((score) => expect.closeTo(score, 3)));
  const none = mix(0, 0, 0, 0);
  expect([...none.scores]).toEqual([...meaning.scores]);
  expect([mix(1, 0.8, 0, 0).by, some.by, none.by]).toEqual(['words', 'meaning', 'meaning']);
});

it('lets the words decide before taste', () => {
  const [first] = rankFound(index, toolmaker, request(), found([1, 0.9, 0, 0, 0.9, 0.9, 0, 0]));
  expect(first.row).toBe(0);
});

it('has contributions that add up to the score, with the terms of for-you', () => {
  for (const { score, contributions } of rankFound(index, toolmaker, request(), EQUAL)) {
    expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
    expect(contributions.words).toBe(1);
  }
  expect(rankFound(index, toolmaker, request(), EQUAL)[0].contributions.recent).toBeGreaterThan(0);
  const [nearest] = rankFound(index, toolmaker, request(), () => ({ ...EQUAL(), by: 'meaning', taste: 0 }));
  expect(nearest.contributions).toEqual({ meaning: 1 });
});

it('finds what the shopper chose, bought or dismissed, unless a rule excludes it explicitly', () => {
  const record = { ...NO_RECORD, owned: new Set([1]), cart: new Set([4]) };
  const shopper = { ...state({ rows: [0], strengths: [1], dismissed: new Set([5]) }), record };
  const all = rankFound(index, shopper, request(), EQUAL);
  expect(rowsOf(all).sort()).toEqual([0, 1, 4, 5]);
  const rules = rulesOfFind({ excludeOwned: true, excludeDismissed: true, pin: [{ itemId: 'item-7', position: 0 }] });
  expect(rowsOf(rankFound(index, shopper, request({ rules }), EQUAL)).sort()).toEqual([0, 4]);
});

it('respects filter, stock, exclusions and limit', () => {
  const stocked = catalog([{ availability: 'out-of-stock' }]);
  expect(rowsOf(rankFound(stocked, state(), request(), EQUAL)).sort()).toEqual([1, 4, 5]);
  const rules = rulesOfFind({ filter: { price: { $lt: 10 } } });
  const more = { rules, exclude: new Set([1]), limit: 1 };
  expect(rowsOf(rankFound(index, state(), request(more), EQUAL))).toEqual([0]);
});

it('lists the variant of a product that fits the words best', () => {
  const variants = catalog([{ group: 'g' }, { group: 'g', price: 1 }, { group: 'g' }]);
  const query = found([0, 0.5, 1, 0, 0, 0, 0, 0]);
  expect(rowsOf(rankFound(variants, state(), request(), query))).toEqual([2]);
  const rules = rulesOfFind({ variants: 'all' });
  expect(rowsOf(rankFound(variants, state(), request({ rules }), query))).toEqual([2, 1]);
});

it('raises what the shop boosts only among items that fit equally', () => {
  const rules = rulesOfFind({ boost: [{ filter: { id: 'item-1' }, strength: 10 }] });
  expect(rankFound(index, state(), request({ rules }), EQUAL)[0].row).toBe(1);
  expect(rankFound(index, state(), request({ rules }), found([1, 0.7, 0, 0, 0, 0, 0, 0]))[0].row).toBe(0);
});

it('takes the narrowest category that most of the first items share', () => {
  const of = (...categories: string[]) => sharedCategory(categories.map((category) => ({ category })));
  expect(of('Men/Tops', 'Men/Tops', 'Men/Shoes')).toBe('Men/Tops');
  expect(of('Men/Tops', 'Men/Shoes', 'Men/Hats')).toBe('Men');
  expect(of('Men', 'Women', 'Garden')).toBe(null);
  expect(of('Men')).toBe(null);
  expect(of('', '')).toBe(null);
});
