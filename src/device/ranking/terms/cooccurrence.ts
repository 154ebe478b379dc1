import type { CooccurrenceTable } from '../../../core/catalog';
import { isSameOrder } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { dot, vectorOf, weightedMean } from '../similarities';
import type { ProductChoices } from './side-scores';

/**
 * The table that the terms read: what shoppers choose after one another, from the shop's log. A table of links and orders says
 * what complements a product, which only lists about products in view need: after three trumpets, a shopper looks for a fourth.
 */
export const choiceTable = ({ cooccurrence }: Pick<CatalogIndex, 'cooccurrence'>): CooccurrenceTable | null =>
  cooccurrence?.origin === 'shop' ? null : cooccurrence;

/** Number of last choices that the term uses. */
export const MAX_NEARBY = 20;
/** Age, in orders, at which a choice counts half: the last one predicts the next best. */
const CHOICE_HALF_LIFE = 1;

/** The last choices with their weights, which add up to 1; all choices of an order have the same. */
export function lastChoices({ rows, orders }: ProductChoices): [row: number, weight: number][] {
  const last = rows.slice(-MAX_NEARBY);
  const weights = new Float64Array(last.length);
  for (let n = last.length - 1, age = 0; n >= 0; n--) {
    weights[n] = 2 ** (-age / CHOICE_HALF_LIFE);
    if (!isSameOrder(orders, rows.length - last.length + n)) age++;
  }
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return last.map((row, n) => [row, weights[n] / whole]);
}

/** The lifts of the items that others chose near the last choices of a history, see `cooccurrence`. */
function nearbyLifts(
  { count, offsets, rows: others, lifts }: CooccurrenceTable,
  choices: ProductChoices,
): Map<number, number> {
  const out = new Map<number, number>();
  for (const [row, weight] of lastChoices(choices)) {
    if (row >= count) continue;
    for (let at = offsets[row]; at < offsets[row + 1]; at++)
      out.set(others[at], (out.get(others[at]) ?? 0) + weight * lifts[at]);
  }
  return out;
}

/**
 * How much more often than by chance other shoppers chose each item near the last choices of a history: weighted mean of
 * the lifts with a half-life of one order.
 * @param choices oldest first; rows beyond the table have no co-occurrence
 * @param count items in the catalogue, not fewer than the table has
 * @returns [count], 0 or more
 */
export function cooccurrence(table: CooccurrenceTable, choices: ProductChoices, count: number): Float32Array {
  const out = new Float32Array(count);
  for (const [row, lift] of nearbyLifts(table, choices)) out[row] = lift;
  return out;
}

/** Index of the entry of item `other` among the entries of item `row`; -1 if missing. */
export function pairAt({ count, offsets, rows }: CooccurrenceTable, row: number, other: number): number {
  const at = row < count ? rows.subarray(offsets[row], offsets[row + 1]).indexOf(other) : -1;
  return at < 0 ? at : offsets[row] + at;
}

/**
 * The choice, other than the item itself, that contributes most to the item's value of `cooccurrence`.
 * @param choices oldest first
 * @returns its row; null when the item does not co-occur with the last choices
 */
export function strongestContributor(table: CooccurrenceTable, choices: ProductChoices, item: number): number | null {
  const parts = new Map<number, number>();
  for (const [row, weight] of lastChoices(choices)) {
    const at = pairAt(table, row, item);
    if (at >= 0 && row !== item) parts.set(row, (parts.get(row) ?? 0) + weight * table.lifts[at]);
  }
  const [strongest] = [...parts].sort(([, a], [, b]) => b - a);
  return strongest?.[0] ?? null;
}

/**
 * log(1 + lift) of an item without co-occurrence whose content equals the content of the items that co-occur with the
 * history.
 */
const FULL_SIMILARITY_LIFT = 0.55;

/** Whether nobody is known to have chosen an item with others. */
const isLacking = ({ offsets, count }: CooccurrenceTable, row: number): boolean =>
  row >= count || offsets[row + 1] === offsets[row];

/**
 * Estimates the lift of items without co-occurrence, such as new ones, from their content: 0.55 times the cosine to the
 * mean of the items that co-occur with the history, each weighted by its squared lift.
 * @param lifts [count], see `cooccurrence`; changed in place
 */
export function coldStart(
  lifts: Float32Array,
  table: CooccurrenceTable,
  { content, similarities }: Pick<CatalogIndex, 'content' | 'similarities'>,
): void {
  const known = new Map<number, number>();
  const lacking: number[] = [];
  for (let row = 0; row < lifts.length; row++) {
    if (lifts[row] > 0) known.set(row, lifts[row]);
    if (isLacking(table, row)) lacking.push(row);
  }
  if (known.size === 0 || lacking.length === 0) return;
  const [cosines] = similarities.products([coldStartQuery(known, content)]);
  for (const row of lacking) lifts[row] = FULL_SIMILARITY_LIFT * cosines[row];
}

const coldStartQuery = (lifts: ReadonlyMap<number, number>, content: CatalogIndex['content']): Float32Array =>
  weightedMean(
    content,
    [...lifts.keys()],
    Array.from(lifts.values(), (lift) => lift ** 2),
  );

/** The value of `cooccurrence` for one item, or its estimate, see `coldStart`. @param choices of the first variants, oldest first */
export function cooccurrenceOf(
  table: CooccurrenceTable,
  choices: ProductChoices,
  content: CatalogIndex['content'],
): (item: number) => number {
  const last = lastChoices(choices);
  let query: Float32Array | undefined;
  return (item) => {
    if (isLacking(table, item)) {
      query ??= coldStartQuery(nearbyLifts(table, choices), content);
      return FULL_SIMILARITY_LIFT * dot(vectorOf(content, item), query);
    }
    // A list asks for few items of many: their pairs are found sooner than all lifts are added up.
    return last.reduce((sum, [row, weight]) => {
      const at = pairAt(table, row, item);
      return at < 0 ? sum : sum + weight * table.lifts[at];
    }, 0);
  };
}
