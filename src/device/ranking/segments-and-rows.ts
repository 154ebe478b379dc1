import { categoryPaths, type Item, isNew } from '../../core/catalog';
import type { Shown } from '../../core/catalog/locales';
import { addToGroup } from '../../core/common/grouped';
import type { CatalogIndex } from './catalog-index';
import { type ReasonKind, reasonText } from './explanation/reason-text';
import { productOf } from './placement';
import { EXCLUDE_RECENT, type RankedItem, type RankRequest, rankedItem, scoreAll } from './rank';
import type { RankState, Scored } from './rank-state';
import { arrange } from './rules/apply-rules';
import { fieldReader, type SetField } from './rules/rules';
import { topRows } from './score';

/** Number of items in the mean score of a segment or row. */
const SCORED_ITEMS = 5;

/**
 * Ranks segments by the scores of a list's request: each has the mean score of its five best items; missing items count as
 * average items of the list, so a segment of one item needs a better item than a large segment. Ties keep the order of their
 * best items.
 * @param plan the levels of the category path that count, and at most how many segments with how many items each
 */
export function rankSegments(
  index: CatalogIndex,
  state: RankState,
  request: RankRequest,
  { by, depth, limit, items }: { by: SetField; depth: number; limit: number; items: number },
) {
  const { scored, shownBefore } = scoreAll(index, state, request);
  const { order, average, scoreOf } = meanScores(scored);
  const segments = segmentsOf(index, order, by, depth);
  return [...segments]
    .map(([value, rows]) => ({ value, rows, score: scoreOf(rows) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ value, rows, score }) => {
      const own = new Set(rows);
      const ofSegment = { ...scored, holds: (row: number) => own.has(row) };
      const places = arrange(index, ofSegment, { limit: items, rules: request.rules, shownBefore });
      return {
        value,
        score,
        contributions: contributionsOf(scored, rows, average),
        count: rows.length,
        items: places.map((place) => rankedItem(index, scored, place, request)),
      };
    });
}

/** The items of a list, the best first, their average score, and the mean score of the best of some items. */
function meanScores({ score, holds }: Scored) {
  const order = topRows(score, score.length, holds);
  const average = order.reduce((sum, row) => sum + score[row], 0) / Math.max(1, order.length);
  const scoreOf = (rows: readonly number[]): number => {
    const best = rows.slice(0, SCORED_ITEMS);
    return (best.reduce((sum, row) => sum + score[row], 0) + (SCORED_ITEMS - best.length) * average) / SCORED_ITEMS;
  };
  return { order, average, scoreOf };
}

/** Means of the contributions to the best items, including the stand-in for missing items. */
function contributionsOf(scored: Scored, rows: readonly number[], average: number): Record<string, number> {
  const best = rows.slice(0, SCORED_ITEMS);
  const sums: Record<string, number> = {};
  for (const row of best) {
    for (const [name, part] of Object.entries(scored.contributions(row)))
      sums[name] = (sums[name] ?? 0) + part / SCORED_ITEMS;
  }
  const missing = ((SCORED_ITEMS - best.length) * average) / SCORED_ITEMS;
  return missing === 0 ? sums : { ...sums, average: missing };
}

/** Rows by segment, in their order; a segment has an item at most once. */
function segmentsOf(
  { items }: CatalogIndex,
  rows: readonly number[],
  by: SetField,
  depth: number,
): Map<string, number[]> {
  const segments = new Map<string, number[]>();
  const valuesOf = fieldReader(by, depth);
  for (const row of rows) {
    for (const value of new Set(valuesOf(items[row]))) if (value !== '') addToGroup(segments, value, row);
  }
  return segments;
}

/** A row that may be shown. */
interface RowPlan {
  kind: 'because' | 'more' | 'new' | 'again' | 'trending';
  /** Id of the item, or value of the segment, that the row is about; otherwise empty. */
  about: string;
  reason: ReasonKind;
  scored: Scored;
  request: RankRequest;
}

/** Minimum number of products in a row, except of products to buy again. */
const MIN_PRODUCTS = 3;
/** Maximum number of rows of each kind about products, about brands, about categories, and about new products. */
const MAX_OF_KIND = 2;
/** Minimum number of the shopper's choices in a brand or category for a row of it. */
const MIN_CHOICES = 2;

/**
 * Plans rows for a shopper: items similar to the last ones chosen, more of the brands and categories chosen most, new items, items
 * to buy again, and popular ones. The row with the highest mean score comes first, then the one with the highest mean score of what is
 * left of it, and so on, so no product is in two rows.
 * @param plan at most how many rows with how many items each
 */
export function planRows(
  index: CatalogIndex,
  state: RankState,
  request: RankRequest,
  { limit, items }: { limit: number; items: number },
) {
  const plain = { ...request, rules: { ...request.rules, pin: [] } };
  const { scored } = scoreAll(index, state, plain);
  const { scoreOf } = meanScores(scored);
  const product = productOf(index);
  // The last choices are in no row but `again`, as in `for-you`.
  const chosen = [...new Set(state.history.rows.toReversed().map(product))];
  const recent = new Set(chosen.slice(0, request.rules?.excludeRecent ?? EXCLUDE_RECENT));
  let left = rowPlans(index, state, plain, scored).map((plan) => {
    const { holds } = plan.scored;
    const old = { ...plan.scored, holds: (row: number) => holds(row) && !recent.has(product(row)) };
    const { rules, shownBefore } = plan.request;
    // More than a row has, because other rows take some.
    const most = items * limit + MIN_PRODUCTS;
    const places = arrange(index, plan.kind === 'again' ? plan.scored : old, { limit: most, rules, shownBefore });
    return { ...plan, rows: places.map(({ row }) => row) };
  });
  const taken = new Set<number>();
  const planned: (Pick<RowPlan, 'kind' | 'about'> & { title: string; score: number; items: RankedItem[] })[] = [];
  while (planned.length < limit) {
    left = left.flatMap((one) => {
      const rows = one.rows.filter((row) => !taken.has(product(row)));
      return rows.length < (one.kind === 'again' ? 1 : MIN_PRODUCTS) ? [] : [{ ...one, rows }];
    });
    if (left.length === 0) break;
    const scores = left.map(({ rows }) => scoreOf(rows));
    const best = scores.indexOf(Math.max(...scores));
    const { kind, about, reason, rows, scored: own, request: asked } = left[best];
    const shown = rows.slice(0, items);
    for (const row of shown) taken.add(product(row));
    planned.push({
      kind,
      about,
      title: reasonText(reason, asked),
      score: scores[best],
      items: shown.map((row) => rankedItem(index, own, { row, pinned: false }, asked)),
    });
    left.splice(best, 1);
  }
  return planned;
}

/** All rows that may be shown. @param forYou the list for the shopper */
function rowPlans(index: CatalogIndex, state: RankState, request: RankRequest, forYou: Scored): RowPlan[] {
  const list = (
    about: Pick<RowPlan, 'kind' | 'about' | 'reason'>,
    other: Pick<RankRequest, 'placement' | 'row'>,
  ): RowPlan => {
    const asked = { ...request, ...other };
    return { ...about, scored: scoreAll(index, state, asked).scored, request: asked };
  };
  const segments = (kind: 'more' | 'new', by: SetField, depth: number, matches: (row: number) => boolean) => {
    const chosenIn = segmentsOf(index, state.history.rows, by, depth);
    const all = topRows(forYou.score, forYou.score.length, forYou.holds);
    return (
      [...segmentsOf(index, all.filter(matches), by, depth)]
        // A segment of most items says nothing about the shopper.
        .filter(([, rows]) => 2 * rows.length <= all.length)
        .filter(([value]) => kind === 'new' || (chosenIn.get(value)?.length ?? 0) >= MIN_CHOICES)
        .slice(0, MAX_OF_KIND)
        .map(([value, rows]): RowPlan => {
          const name = by === 'category' ? categoryName(value, index.items[rows[0]], request.shown) : value;
          const own = new Set(rows);
          const reason = { kind: kind === 'new' ? 'new-in' : 'more-from', name } as const;
          return { kind, about: value, reason, scored: { ...forYou, holds: (row) => own.has(row) }, request };
        })
    );
  };
  const { now = 0 } = request;
  return [
    ...lastProducts(index, state).map((row) =>
      list(
        { kind: 'because', about: index.items[row].id, reason: reasonOf(index, state, row) },
        { placement: 'similar', row },
      ),
    ),
    ...segments('more', 'attributes.brand', 1, () => true),
    ...segments('more', 'category', 2, () => true),
    ...segments('new', 'category', 1, (row) => isNew(index.items[row], now)),
    list({ kind: 'again', about: '', reason: { kind: 'again' } }, { placement: 'again', row: null }),
    list(
      { kind: 'trending', about: '', reason: { kind: index.hasPopularity ? 'popular' : 'none' } },
      { placement: 'trending', row: null },
    ),
  ];
}

/** The last products chosen, one of each category. */
function lastProducts({ items, ...index }: CatalogIndex, { history }: RankState): number[] {
  const product = productOf(index);
  const found: number[] = [];
  const known = new Set<string | number>();
  for (const row of history.rows.toReversed()) {
    const kind = items[row].category || product(row);
    if (known.has(kind) || history.dismissed.has(row)) continue;
    known.add(kind);
    found.push(row);
    if (found.length === MAX_OF_KIND) break;
  }
  return found;
}

function reasonOf({ items }: CatalogIndex, { record }: RankState, row: number): ReasonKind {
  const about = items[row];
  if (record?.picked.has(row)) return { kind: 'you-picked', about };
  return { kind: record?.cart.has(row) || record?.owned.has(row) ? 'chosen' : 'looked-at', about };
}

/** The last name of a category's path, in the language of the request if one of its items has as many names there. */
function categoryName(value: string, item: Item, shown: Shown = (same) => same): string {
  const at = categoryPaths(item.category).findIndex((path) => path === value || path.startsWith(`${value}/`));
  const [own, other] = [item, shown(item)].map(({ category }) => categoryPaths(category)[at]?.split('/') ?? []);
  const last = value.split('/').length - 1;
  return (own.length === other.length ? other[last] : undefined) ?? value.split('/')[last];
}
