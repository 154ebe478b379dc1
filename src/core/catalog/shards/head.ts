import type { Item } from '../item';
import { variantGroups } from '../variants/variant-groups';

/**
 * The items that a page loads first: half are the most popular ones, the rest represent the shards, the largest first. Items out of
 * stock are left out. The variants of a product are included all together or not at all.
 * @param items with their present popularity
 * @param members rows of each shard
 * @param most maximum number
 * @param usable whether an item may be in it
 * @returns rows, all different; never empty
 */
export function headRows(
  items: readonly Item[],
  members: readonly (readonly number[])[],
  most: number,
  usable: (row: number) => boolean,
): number[] {
  const groups = variantGroups(items);
  const popularity = items.map((item, row) => (groups ? groups.popularity[row] : item.popularity) ?? 0);
  const candidates = (rows: Iterable<number>): number[] =>
    [...rows].filter((row) => items[row].availability !== 'out-of-stock' && usable(row));
  const byPopularity = (rows: number[]): number[] => rows.sort((a, b) => popularity[b] - popularity[a] || a - b);
  const popular = byPopularity(candidates(items.keys()).filter((row) => popularity[row] > 0));
  const chosen = new Set<number>();
  const add = (rows: Iterable<number>, limit: number): void => {
    for (const row of rows) {
      if (chosen.size >= limit) break;
      const variants = groups?.of[row] ?? [row];
      if (chosen.has(row) || chosen.size + variants.length > most) continue;
      for (const variant of variants) chosen.add(variant);
    }
  };
  add(popular, most / 2);
  const largest = [...members.keys()].sort((a, b) => members[b].length - members[a].length || a - b);
  const ranked = largest.map((shard) => byPopularity(candidates(members[shard])));
  const deepest = ranked.reduce((depth, { length }) => Math.max(depth, length), 0);
  // One of each shard, then the next of each.
  for (let place = 0; place < deepest && chosen.size < most; place++) {
    add(
      ranked.flatMap((rows) => rows[place] ?? []),
      most,
    );
  }
  if (chosen.size === 0) chosen.add(0);
  return [...chosen].sort((a, b) => a - b);
}
