import { describe, expect, it } from 'vitest';
import { catalog, state } from '../../../testing/rankings';
import { parsed } from '../protocol';
import { Hinting, hintFade, hintLifts, hintsSchema, parseHints } from '.';
import { explain } from './explanation/explain';
import { type Hints, RELIABILITY } from './hints';
import { type RankRequest, rank } from './rank';

const request = (more: Partial<RankRequest>): RankRequest => ({
  placement: 'for-you',
  row: null,
  limit: 8,
  exclude: new Set(),
  ...more,
});
const index = catalog([
  { popularity: 90, attributes: { color: 'red', sizes: ['S', 'M'] } },
  { popularity: 80 },
  { popularity: 70 },
  { popularity: 60 },
  { popularity: 50, title: 'Café cup', attributes: { color: 'red' } },
  { popularity: 40, title: 'Red mug' },
  { popularity: 30 },
  { popularity: 20 },
]);
const hinted = (hints: Hints, choices = 0) => new Hinting(parseHints(hints)).of(index, choices);
const list = (hints: Hints, more = {}, rows: number[] = []) =>
  rank(index, state({ rows, strengths: rows.map(() => 1) }), {
    ...request({ limit: 8, ...more }),
    hints: hinted(hints, rows.length),
  });
const rowsOf = (places: { row: number }[]) => places.map(({ row }) => row);

describe('hints', () => {
  it('raise fitting items, as a contribution with a reason, and exclude none', () => {
    const places = list({ category: 'Tools' });
    expect(rowsOf(places).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const [lift] = hinted({ category: 'Tools' }).lifts.slice(4);
    expect(lift).toBe(0);
    const few = list({ 'attributes.color': 'red' });
    expect(few[0]).toMatchObject({ row: 0, reason: 'Because you are looking for red' });
    expect(few.find(({ row }) => row === 4)?.contributions.hint).toBeGreaterThan(0);
    expect(few.find(({ row }) => row === 1)).toMatchObject({ reason: 'Popular in this shop' });
    for (const { score, contributions } of few) {
      expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
    }
  });

  it('have more effect the fewer items fit: logit of the reliability minus logit of the share', () => {
    const logit = (p: number) => Math.log(p / (1 - p));
    const gap = logit(RELIABILITY) - logit(2 / 8);
    expect([...hintLifts(index.items, parseHints({ 'attributes.color': 'red' })).lifts]).toEqual(
      [gap, 0, 0, 0, gap, 0, 0, 0].map((value) => Math.fround(Math.max(0, value))),
    );
    expect([...hintLifts(index.items, parseHints({ category: ['Fruit', 'Tools'] })).lifts]).toEqual(Array(8).fill(0));
  });

  it('fit a list by one of its texts, one of several values, a condition, and the words of a search without accents', () => {
    const fits = (hints: Hints) => [...hinted(hints).lifts.keys()].filter((row) => hinted(hints).lifts[row] > 0);
    expect(fits({ 'attributes.sizes': 'M' })).toEqual([0]);
    expect(fits({ id: ['item-1', 'item-2'] })).toEqual([1, 2]);
    expect(fits({ popularity: { $lte: 30 } })).toEqual([6, 7]);
    expect(fits({ search: 'cafe' })).toEqual([4]);
    const { lifts } = hinted({ search: 'MUG red' });
    expect(lifts[5]).toBeGreaterThan(0);
    expect(lifts[4]).toBe(0);
  });

  it('fade with the choices of the visit', () => {
    expect([0, 1, 3].map((choices) => hintFade(choices))).toEqual([1, 0.5, 0.25]);
    const contribution = (rows: number[]) =>
      list({ 'attributes.color': 'red' }, {}, rows).find(({ row }) => row === 4)?.contributions.hint ?? 0;
    expect(contribution([6])).toBeGreaterThan(contribution([6, 5, 7]));
  });

  it('overrule no rule', () => {
    const hints: Hints = { 'attributes.color': 'red' };
    expect(rowsOf(list(hints, { rules: { filter: { popularity: { $lt: 60 } } } })).includes(0)).toBe(false);
    expect(list(hints, { rules: { pin: [{ itemId: 'item-7', position: 0 }] } })[0]).toMatchObject({
      row: 7,
      source: 'pinned',
    });
    expect(rowsOf(list(hints, { exclude: new Set([0, 4]) }))).not.toContain(0);
    const buried = list(hints, { rules: { bury: [{ filter: { 'attributes.color': 'red' }, strength: 10 }] } });
    expect(rowsOf(buried).slice(-2).toSorted()).toEqual([0, 4]);
  });

  it('count in standard deviations of a list whose scores differ by less than 1', () => {
    const places = list({ id: 'item-3' }, { row: 0 });
    const { hint } = places.find(({ row }) => row === 3)?.contributions ?? {};
    expect(hint).toBeGreaterThan(0);
    expect(hint).toBeLessThan(hinted({ id: 'item-3' }).lifts[3]);
  });

  it('are explained with the score that they are part of', () => {
    const asked = { ...request({ limit: 8 }), hints: hinted({ 'attributes.color': 'red' }, 1) };
    const { score, contributions } = explain(index, state({ rows: [6], strengths: [1] }), asked, 4);
    expect(contributions.hint).toBeGreaterThan(0);
    expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 4);
  });
});

it('chooses the variant of a product that fits', () => {
  const group = { group: 'tee', popularity: 5 };
  const tees = catalog([
    { ...group, attributes: { size: 'S' }, price: 1 },
    { ...group, attributes: { size: 'M' }, price: 2 },
  ]);
  const rows = (hints: Hints) =>
    rowsOf(
      rank(tees, state(), {
        ...request({ limit: 8, rules: { filter: { group: 'tee' } } }),
        hints: new Hinting(parseHints(hints)).of(tees, 0),
      }),
    );
  expect(rows({})).toEqual([0]);
  expect(rows({ 'attributes.size': 'M' })).toEqual([1]);
});

describe('hints from a page', () => {
  const parse = (hints: unknown) => parsed(hintsSchema, hints, 'recommend()', 'hints');

  it('may be the JSON text of an object', () => {
    expect(parse('{"category":"Women"}')).toEqual(parse({ category: 'Women' }));
    expect(parse(' ')).toEqual({ fields: [], search: '' });
  });

  it.each([
    ['{"category":', 'hints: must be an object'],
    [7, 'hints: must be an object'],
    [['a'], 'hints: must be an object'],
    [{ brand: 'Acme' }, 'hints.brand: is neither a field'],
    [{ $or: [] }, 'hints.$or: is not a field'],
    [{ category: '' }, 'hints.category: must not be empty'],
    [{ category: [] }, 'hints.category: must have 1 to 50'],
    [{ category: ['a', null] }, 'hints.category.1: '],
    [{ category: ['a', { $ne: 'b' }] }, 'hints.category.1: must be a text'],
    [{ price: Number.NaN }, 'hints.price: '],
    [{ price: { $under: 3 } }, 'hints.price.$under: is not an operator'],
    [{ search: 7 }, 'hints.search: must be a text'],
    [{ search: 'a'.repeat(201) }, 'hints.search: '],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`attributes.a${n}`, 1])), 'hints: must have at most 20'],
  ])('are refused by name: %j', (hints, message) => {
    expect(() => parse(hints)).toThrow(message);
  });
});
