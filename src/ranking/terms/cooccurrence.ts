import type { CompanionTable } from '../../catalog';

/** Last choices that are looked at. */
const LONGEST = 20;
/** Choices after which a choice counts half. */
const HALF_LIFE = 3;

/**
 * How much more often than by chance other shoppers chose each item near the last choices of a history: mean of the
 * lifts, newer choices counting more (half-life 3 choices).
 * @param rows item rows, oldest first; those that the table does not know have no companions
 * @param count items in the catalogue, not fewer than the table has
 * @returns [count], 0 or more
 */
export function companionship(
  { count: known, offsets, rows: others, lifts }: CompanionTable,
  rows: ArrayLike<number>,
  count: number,
): Float32Array {
  const out = new Float32Array(count);
  const first = Math.max(0, rows.length - LONGEST);
  let whole = 0;
  for (let n = first; n < rows.length; n++) whole += 2 ** (-(rows.length - 1 - n) / HALF_LIFE);
  for (let n = first; n < rows.length; n++) {
    const row = rows[n];
    if (row >= known) continue;
    const weight = 2 ** (-(rows.length - 1 - n) / HALF_LIFE) / whole;
    for (let at = offsets[row]; at < offsets[row + 1]; at++) out[others[at]] += weight * lifts[at];
  }
  return out;
}

/**
 * How much each of the last choices has in an item's companionship, by row; they add up to it.
 * @param rows item rows, oldest first
 */
export function companionParts(
  { count: known, offsets, rows: others, lifts }: CompanionTable,
  rows: ArrayLike<number>,
  item: number,
): Map<number, number> {
  const parts = new Map<number, number>();
  const first = Math.max(0, rows.length - LONGEST);
  let whole = 0;
  for (let n = first; n < rows.length; n++) whole += 2 ** (-(rows.length - 1 - n) / HALF_LIFE);
  for (let n = first; n < rows.length; n++) {
    const row = rows[n];
    if (row >= known) continue;
    const at = others.subarray(offsets[row], offsets[row + 1]).indexOf(item);
    if (at < 0) continue;
    const part = (2 ** (-(rows.length - 1 - n) / HALF_LIFE) / whole) * lifts[offsets[row] + at];
    parts.set(row, (parts.get(row) ?? 0) + part);
  }
  return parts;
}

/**
 * The choice, other than the item itself, that has the largest part in its companionship.
 * @param rows item rows, oldest first
 * @returns its row; null when the item is no companion of the last choices
 */
export function companionOf(table: CompanionTable, rows: ArrayLike<number>, item: number): number | null {
  const others = [...companionParts(table, rows, item)].filter(([row]) => row !== item);
  const [strongest] = others.sort(([, a], [, b]) => b - a);
  return strongest?.[0] ?? null;
}
