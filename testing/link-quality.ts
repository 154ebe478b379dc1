/** Links of a shop by their first item, as rows of the catalogue. */
export type LinkSets = ReadonlyMap<number, ReadonlySet<number>>;

/** How well lists find links made by people. */
export interface LinkQuality {
  /** Share of an item's links among the first places of its list, mean over the items that have links. */
  recall: number;
  /** Share of the items with at least one of their links among the first places. */
  hitRate: number;
  items: number;
}

/**
 * Compares lists with links made by hand.
 * @param listOf rows of an item's list, best first
 * @param places number of first places that count, default 10
 */
export function linkQuality(links: LinkSets, listOf: (row: number) => readonly number[], places = 10): LinkQuality {
  let [recall, hits] = [0, 0];
  for (const [row, wanted] of links) {
    const found = listOf(row)
      .slice(0, places)
      .filter((other) => wanted.has(other)).length;
    recall += found / wanted.size;
    if (found > 0) hits++;
  }
  const items = Math.max(1, links.size);
  return { recall: recall / items, hitRate: hits / items, items: links.size };
}
