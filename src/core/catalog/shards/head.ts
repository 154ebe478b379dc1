import type { Item } from '../item';
import { variantGroups } from '../variants/variant-groups';

/** Number of items of a head: it is the first list of every new shopper, and must arrive at once. */
const HEAD = 128;

/**
 * The items that a page loads first: half are the most popular ones, the rest represent the shards, the largest first. Items out of
 * stock are left out. The variants of a product are included all together or not at all.
 * @param items with their present popularity
 * @param members rows of each shard
 * @param usable whether an item may be in it
 * @returns rows, all different; never empty
 */
export function headRows(
  items: readonly Item[],
  members: readonly (readonly number[])[],
  usable: (row: number) => boolean,
): number[] {
  const groups = variantGroups(items);
  const popularity = items.map((item, row) => (groups ? groups.popularity[row] : item.popularity) ?? 0);
  const candidates = (rows: Iterable<number>): number[] =>
    [...rows].filter((row) => items[row].availability !== 'out-of-stock' && usable(row));
  const byPopularity = (rows: number[]): number[] => rows.sort((a, b) => popularity[b] - popularity[a] || a - b);
  const popular = byPopularity(candidates(items.keys()).filter((row) => popularity[row] > 0));
  const chosen = new Set<number>();
  const add = (rows: Iterable<number>, most: number): void => {
    for (const row of rows) {
      if (chosen.size >= most) break;
      const variants = groups?.of[row] ?? [row];
      if (chosen.has(row) || chosen.size + variants.length > HEAD) continue;
      for (const variant of variants) chosen.add(variant);
    }
  };
  add(popular, HEAD / 2);
  const largest = [...members.keys()].sort((a, b) => members[b].length - members[a].length || a - b);
  const ranked = largest.map((shard) => byPopularity(candidates(members[shard])));
  const deepest = ranked.reduce((most, { length }) => Math.max(most, length), 0);
  // One of each shard, then the next of each.
  for (let place = 0; place < deepest && chosen.size < HEAD; place++) {
    add(
      ranked.flatMap((rows) => rows[place] ?? []),
      HEAD,
    );
  }
  if (chosen.size === 0) chosen.add(0);
  return [...chosen].sort((a, b) => a - b);
}
