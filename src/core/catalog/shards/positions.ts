const RANGE = 2 ** 32;

/** Items of a bundle with their places in the order of its feed. */
export interface Positioned {
  items: readonly { id: string }[];
  /** As in `Shard`, ascending. */
  positions: Uint32Array;
}

/**
 * Places of the items of a feed, as ascending numbers below 2^32. Items that an earlier bundle has in the same order keep theirs, and
 * new ones get numbers in between: shards without new items stay as they are. Otherwise the items are spread evenly.
 * @param items in the order of the feed
 */
export function feedPositions(items: readonly { id: string }[], previous?: Positioned | null): Uint32Array {
  const even = (): Uint32Array => Uint32Array.from(items, (_, row) => Math.floor(((row + 0.5) * RANGE) / items.length));
  if (!previous) return even();
  const before = new Map(previous.items.map(({ id }, row) => [id, previous.positions[row]]));
  const positions = new Uint32Array(items.length);
  let [last, fresh] = [-1, 0];
  for (let row = 0; row <= items.length; row++) {
    const known = row < items.length ? before.get(items[row].id) : RANGE;
    if (known === undefined) {
      fresh++;
      continue;
    }
    // In another order than before, or without room for the new ones.
    if (known <= last + fresh) return even();
    for (let n = 1; n <= fresh; n++)
      positions[row - 1 - fresh + n] = Math.floor(last + (n * (known - last)) / (fresh + 1));
    if (row < items.length) positions[row] = known;
    [last, fresh] = [known, 0];
  }
  return positions;
}
