import { grouped } from '../../common/grouped';
import type { Item } from '../item';
import { variantGroups } from '../variants/variant-groups';

/**
 * The items that a page loads first. Half are the most popular ones; if demand is known, a third of these are the best that shoppers chose
 * lately. A sixteenth are the newest, one of each category before the second of any, and the rest represent the shards, the largest first.
 * Items out of stock are left out. The variants of a product are included all together or not at all.
 * @param items with their present popularity
 * @param members rows of each shard
 * @param most maximum number
 * @param recent choices of each item, weighed by recency; absent if unknown
 * @param usable whether an item may be in it
 * @returns rows, all different; never empty
 */
export function headRows(
  items: readonly Item[],
  members: readonly (readonly number[])[],
  most: number,
  recent: Float32Array | undefined,
  usable: (row: number) => boolean,
): number[] {
  const groups = variantGroups(items);
  const popularity = items.map((item, row) => (groups ? groups.popularity[row] : item.popularity) ?? 0);
  const candidates = (rows: Iterable<number>): number[] =>
    [...rows].filter((row) => items[row].availability !== 'out-of-stock' && usable(row));
  const all = candidates(items.keys());
  const best = (rows: readonly number[], values: ArrayLike<number>): number[] =>
    rows.filter((row) => values[row] > 0).sort((a, b) => values[b] - values[a] || a - b);
  const chosen = new Set<number>();
  // The first of each list, then the second of each.
  const add = (lists: readonly (readonly number[])[], limit: number): void => {
    const deepest = lists.reduce((depth, { length }) => Math.max(depth, length), 0);
    for (let place = 0; place < deepest && chosen.size < limit; place++) {
      for (const { [place]: row } of lists) {
        const variants = groups?.of[row] ?? [row];
        if (row === undefined || chosen.has(row) || chosen.size >= limit || chosen.size + variants.length > most)
          continue;
        for (const variant of variants) chosen.add(variant);
      }
    }
  };
  add([best(all, popularity)], recent ? most / 3 : most / 2);
  if (recent) add([best(all, recent)], most / 2);
  const days = items.map(({ published = '' }) => Date.parse(published) || 0);
  const newest = grouped(best(all, days), (row) => items[row].category);
  add([...newest.values()], chosen.size + most / 16);
  const largest = [...members.keys()].sort((a, b) => members[b].length - members[a].length || a - b);
  add(
    largest.map((shard) => candidates(members[shard]).sort((a, b) => popularity[b] - popularity[a] || a - b)),
    most,
  );
  if (chosen.size === 0) chosen.add(0);
  return [...chosen].sort((a, b) => a - b);
}
