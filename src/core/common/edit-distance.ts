/**
 * The number of typing errors between two words: letters that are wrong, missing, extra, or swapped with their neighbour (the
 * Damerau–Levenshtein distance, restricted so that no letter is changed twice).
 * @param most if the distance is larger, any number above this is returned
 */
export function editDistance(one: string, other: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let value = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) value = Math.min(value, before[j - 2] + 1);
      next.push(value);
      least = Math.min(least, value);
    }
    // A swap reaches back two rows, so one row above the bound is not enough to stop at.
    if (least > most + 1) return least;
    [before, row] = [row, next];
  }
  return row[other.length];
}
