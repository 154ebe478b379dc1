import type { Interaction } from './interactions';

/** Purchases of one item within this time count as one purchase, ms: the pause that ends a visit. */
const VISIT = 30 * 60 * 1000;

/**
 * Share of the purchases in a log that repeat an earlier one of the same shopper; undefined if nobody bought an item twice.
 * @param purchases sorted by time; not views or clicks, whose repetition means less
 */
export function repeatShareOf(purchases: readonly Interaction[]): number | undefined {
  let [count, repeats] = [0, 0];
  const last = new Map<string, number>();
  for (const { user, row, time } of purchases) {
    const key = `${row} ${user}`;
    const before = last.get(key);
    last.set(key, time);
    if (before !== undefined && time - before <= VISIT) continue;
    count++;
    if (before !== undefined) repeats++;
  }
  return repeats > 0 ? repeats / count : undefined;
}
