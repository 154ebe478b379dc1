import type { CompanionTable } from '../catalog';

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
 * The choice that has the largest part in an item's companionship.
 * @param rows item rows, oldest first
 * @returns its row; null when the item is no companion of the last choices
 */
export function companionOf(
  { count: known, offsets, rows: others, lifts }: CompanionTable,
  rows: ArrayLike<number>,
  item: number,
): number | null {
  const parts = new Map<number, number>();
  for (let n = Math.max(0, rows.length - LONGEST); n < rows.length; n++) {
    const row = rows[n];
    if (row >= known) continue;
    const at = others.subarray(offsets[row], offsets[row + 1]).indexOf(item);
    const part = at < 0 ? 0 : 2 ** (-(rows.length - 1 - n) / HALF_LIFE) * lifts[offsets[row] + at];
    if (part > 0) parts.set(row, (parts.get(row) ?? 0) + part);
  }
  const [strongest] = [...parts].sort(([, a], [, b]) => b - a);
  return strongest?.[0] ?? null;
}
