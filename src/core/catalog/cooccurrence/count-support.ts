import { type CooccurrenceTable, MAX_SUPPORT, MIN_SUPPORT } from './cooccurrence-table';

/**
 * Counts the orders that contain both items of each entry of a table.
 * @param orders rows of the items of each order, each once
 * @returns one number per entry, as in `CooccurrenceTable`: 0 for fewer than 3
 */
export function countSupport(
  { count, offsets, rows }: Pick<CooccurrenceTable, 'count' | 'offsets' | 'rows'>,
  orders: Iterable<readonly number[]>,
): Uint16Array {
  const entries = new Map<number, number>();
  for (let item = 0; item < count; item++) {
    for (let at = offsets[item]; at < offsets[item + 1]; at++) entries.set(item * count + rows[at], at);
  }
  const counts = new Uint32Array(rows.length);
  for (const order of orders) {
    for (const one of order) {
      for (const other of order) {
        const at = entries.get(one * count + other);
        if (at !== undefined) counts[at]++;
      }
    }
  }
  return Uint16Array.from(counts, (orders) => (orders < MIN_SUPPORT ? 0 : Math.min(orders, MAX_SUPPORT)));
}
