import type { CooccurrenceTable } from '../../catalog';

/** Last choices that the term uses. */
const LAST = 20;
/** Age, in choices, at which a choice counts half: the last one says most about the next. */
const CHOICE_HALF_LIFE = 1;

/**
 * How much more often than by chance other shoppers chose each item near the last choices of a history: weighted mean of
 * the lifts with a half-life of one choice.
 * @param rows item rows, oldest first; rows beyond the table have no co-occurrence
 * @param count items in the catalogue, not fewer than the table has
 * @returns [count], 0 or more
 */
export function cooccurrence(
  { count: known, offsets, rows: others, lifts }: CooccurrenceTable,
  rows: ArrayLike<number>,
  count: number,
): Float32Array {
  const out = new Float32Array(count);
  const first = Math.max(0, rows.length - LAST);
  let whole = 0;
  for (let n = first; n < rows.length; n++) whole += 2 ** (-(rows.length - 1 - n) / CHOICE_HALF_LIFE);
  for (let n = first; n < rows.length; n++) {
    const row = rows[n];
    if (row >= known) continue;
    const weight = 2 ** (-(rows.length - 1 - n) / CHOICE_HALF_LIFE) / whole;
    for (let at = offsets[row]; at < offsets[row + 1]; at++) out[others[at]] += weight * lifts[at];
  }
  return out;
}

/** Index of the entry of item `other` among those of item `row`; -1 where it has none. */
export function pairAt({ count, offsets, rows }: CooccurrenceTable, row: number, other: number): number {
  const at = row < count ? rows.subarray(offsets[row], offsets[row + 1]).indexOf(other) : -1;
  return at < 0 ? at : offsets[row] + at;
}

/**
 * Contribution of each of the last choices to an item's value of `cooccurrence`, by row; they add up to it.
 * @param rows item rows, oldest first
 */
export function cooccurrenceContributions(
  table: CooccurrenceTable,
  rows: ArrayLike<number>,
  item: number,
): Map<number, number> {
  const contributions = new Map<number, number>();
  const first = Math.max(0, rows.length - LAST);
  let whole = 0;
  for (let n = first; n < rows.length; n++) whole += 2 ** (-(rows.length - 1 - n) / CHOICE_HALF_LIFE);
  for (let n = first; n < rows.length; n++) {
    const row = rows[n];
    const at = pairAt(table, row, item);
    if (at < 0) continue;
    const contribution = (2 ** (-(rows.length - 1 - n) / CHOICE_HALF_LIFE) / whole) * table.lifts[at];
    contributions.set(row, (contributions.get(row) ?? 0) + contribution);
  }
  return contributions;
}

/**
 * The choice, other than the item itself, that contributes most to the item's value of `cooccurrence`.
 * @param rows item rows, oldest first
 * @returns its row; null when the item does not co-occur with the last choices
 */
export function strongestContributor(table: CooccurrenceTable, rows: ArrayLike<number>, item: number): number | null {
  const others = [...cooccurrenceContributions(table, rows, item)].filter(([row]) => row !== item);
  const [strongest] = others.sort(([, a], [, b]) => b - a);
  return strongest?.[0] ?? null;
}
