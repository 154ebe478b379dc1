const RANGE = 2 ** 32;

/**
 * Places of the items of a feed, as ascending numbers below 2^32. Items that an earlier bundle has keep theirs, except for as few as
 * possible that moved; these and new ones get numbers in between: shards of other items stay as they are. Without room for
 * them, all items are spread evenly.
 * @param items in the order of the feed
 * @param previous the earlier items, with ascending places
 */
export function feedPositions(
  items: readonly { id: string }[],
  previous?: { items: typeof items; positions: Uint32Array } | null,
): Uint32Array {
  const before = new Map(previous?.items.map(({ id }, row) => [id, previous.positions[row]]));
  const known = items.map(({ id }) => before.get(id));
  return completed(longestAscending(known)) ?? completed(new Array(items.length)) ?? new Uint32Array();
}

/** Numbers with the missing ones in between; null without room for them. */
function completed(numbers: readonly (number | undefined)[]): Uint32Array | null {
  const positions = new Uint32Array(numbers.length);
  let [last, missing] = [-1, 0];
  for (let row = 0; row <= numbers.length; row++) {
    const known = row < numbers.length ? numbers[row] : RANGE;
    if (known === undefined) {
      missing++;
      continue;
    }
    if (known <= last + missing) return null;
    for (let n = 1; n <= missing; n++)
      positions[row - 1 - missing + n] = Math.floor(last + (n * (known - last)) / (missing + 1));
    if (row < numbers.length) positions[row] = known;
    [last, missing] = [known, 0];
  }
  return positions;
}

/** The numbers of the longest ascending subsequence, each at its place. */
function longestAscending(numbers: readonly (number | undefined)[]): (number | undefined)[] {
  // Of the subsequences of each length, the place of the lowest last number.
  const ends: number[] = [];
  const previous = new Int32Array(numbers.length).fill(-1);
  for (const [row, number] of numbers.entries()) {
    if (number === undefined) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle]] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[row] = ends[low - 1];
    ends[low] = row;
  }
  const kept: (number | undefined)[] = new Array(numbers.length);
  for (let row = ends.at(-1) ?? -1; row >= 0; row = previous[row]) kept[row] = numbers[row];
  return kept;
}
