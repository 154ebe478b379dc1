import { decodeItems } from '../bundle/item-shard';
import type { Bundle } from '../bundle/read-bundle';

/** Rows of the items in each items file: in the files that a page loads first, and in the files of the clusters, if any. */
export interface ItemPlaces {
  head: readonly (readonly number[])[];
  members?: readonly (readonly number[])[];
}

/**
 * Where the items of a bundle of clusters are; null for a bundle without clusters.
 * @param bundle opened as a whole: its items are in the order of the clusters
 */
export async function itemPlaces({
  manifest: { clusters: named, head },
  items,
  clusters,
  file,
}: Bundle): Promise<Required<ItemPlaces> | null> {
  if (!clusters || !named) return null;
  const { counts } = await clusters.directory();
  let start = 0;
  const members = Array.from(counts, (count) => {
    start += count;
    return Array.from({ length: count }, (_, n) => start - count + n);
  });
  const { items: stored, count } = named.head;
  const first = head ?? decodeItems(await file(stored), stored.file, count);
  const rowOf = new Map(items.map(({ id }, row) => [id, row]));
  return { head: [first.map(({ id }) => rowOf.get(id) ?? -1)], members };
}
