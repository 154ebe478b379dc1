import { expect, it } from 'vitest';
import { catalog, chose, state } from '../../../testing/rankings';
import { NO_RECORD } from '../../core/events';
import { planRows } from '.';
import type { RankRequest } from './rank';
import type { RankState } from './rank-state';

const DAY = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-11-29');
const daysAgo = (days: number) => new Date(now - days * DAY).toISOString().slice(0, 10);
const request = (more: Partial<RankRequest> = {}): RankRequest => ({
  placement: 'for-you',
  row: null,
  limit: 8,
  exclude: new Set(),
  now,
  ...more,
});
/** Rows 0 to 3 are fruit, 4 to 7 are tools. */
const shop = (
  brand: (row: number) => string = () => '',
  published: (row: number) => string | undefined = () => undefined,
) =>
  catalog(
    Array.from({ length: 8 }, (_, row) => ({
      popularity: 80 - row,
      published: published(row),
      attributes: { brand: brand(row) },
    })),
  );
const planned = (index: ReturnType<typeof shop>, shopper: RankState, more: Partial<RankRequest> = {}, plan = {}) =>
  planRows(index, shopper, request(more), { limit: 6, items: 3, ...plan }).map(
    ({ kind, title, items }) => `${kind} ${title}: ${items.map(({ row }) => row)}`,
  );

it('gives a new shopper what is popular and new', () => {
  expect(planned(shop(), state())).toEqual(['trending Popular in this shop: 0,1,2']);
  const fresh = shop(undefined, (row) => (row > 3 ? daysAgo(29) : daysAgo(31)));
  expect(planned(fresh, state())).toEqual(['trending Popular in this shop: 0,1,2', 'new New in Tools: 4,5,6']);
  expect(planned(fresh, state(), { exclude: new Set([4, 5]) })).toEqual(['trending Popular in this shop: 0,1,2']);
});

it('gives a shopper rows with reasons, the best first, and no product in two rows', () => {
  const index = shop((row) => (row % 2 ? 'Acme' : ''));
  const rows = planRows(index, chose(5, 7), request(), { limit: 6, items: 3 });
  expect(rows.map(({ kind, about }) => `${kind} ${about}`)).toContain('because item-7');
  expect(rows.find(({ kind }) => kind === 'because')?.title).toBe('Because you looked at “Item 7”');
  const scores = rows.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  const all = rows.flatMap(({ items }) => items.map(({ row }) => row));
  expect(new Set(all).size).toBe(all.length);
  // The product that the shopper has just chosen is not recommended.
  expect(all).not.toContain(5);
  for (const { items } of rows) for (const { reason } of items) expect(reason).not.toBe('');
});

it('gives an item that fits several rows to the best of them', () => {
  const index = shop((row) => (row < 5 ? 'Acme' : 'Best'));
  const rows = planRows(index, chose(0, 1), request(), { limit: 9, items: 1 });
  expect(rows.map(({ kind }) => kind).sort()).toEqual(['because', 'more', 'trending']);
  const shown = rows.map(({ items }) => items[0]?.row);
  expect(new Set(shown).size).toBe(3);
});

it('has a row of a brand or category that the shopper chose twice', () => {
  const index = shop((row) => (row < 5 ? 'Acme' : 'Best'));
  const about = (shopper: RankState) =>
    planRows(index, shopper, request(), { limit: 9, items: 1 }).map(({ kind, title }) => `${kind} ${title}`);
  expect(about(chose(0, 1))).toContain('more More from Acme');
  expect(about(chose(0, 1))).not.toContain('more More from Best');
  expect(about(chose(0))).not.toContain('more More from Acme');
});

it('names the items that the shopper bought or picked as such, and offers to buy again', () => {
  const record = { ...NO_RECORD, owned: new Set([6]) };
  const shopper = { ...chose(6), record };
  const repeatable = { gains: new Map([[6, 1]]), places: 0 };
  const rows = planned(shop(), shopper, { repeatable });
  expect(rows).toContain('again Time to buy again?: 6');
  expect(rows.some((row) => row.startsWith('because Because you chose “Item 6”'))).toBe(true);
});

it('keeps to the number of rows and items, and to the rules', () => {
  expect(planRows(shop(), chose(0, 4), request(), { limit: 1, items: 2 }).map(({ items }) => items.length)).toEqual([
    2,
  ]);
  const cheap = planned(shop(), state(), {
    rules: { filter: { price: { $lt: 10 } }, pin: [{ itemId: 'item-7', position: 0 }] },
  });
  expect(cheap).toEqual(['trending Popular in this shop: 0,1,2']);
});
