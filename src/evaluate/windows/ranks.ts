import type { SideModel } from '../../catalog';

/** A shopper whose choices are ranked. */
export interface RankedShopper {
  /** Rows of the choices without repeats, oldest first. */
  rows: readonly number[];
  /** Place of the first one that is ranked, and how many are. */
  from: number;
}

/**
 * Ranks choices, each by the states after all earlier ones of its shopper, among the known items that the shopper has not
 * chosen yet. Items that are not known, and choices without an earlier one, are not ranked.
 * @param known [count] above 0 where an item is known
 * @param counts whether the n-th choice that can be ranked is
 */
export function rankChoices(
  { width, states, vectors, biases }: SideModel,
  shoppers: readonly RankedShopper[],
  known: Float32Array,
  counts: (n: number) => boolean,
): number[] {
  const candidates = [...known.keys()].filter((row) => known[row] > 0);
  const scores = new Float32Array(biases.length);
  const ranks: number[] = [];
  let choices = 0;
  for (const { rows, from } of shoppers) {
    const sums = states.map(() => new Float32Array(width));
    const chosen = new Uint8Array(biases.length);
    for (const [place, row] of rows.entries()) {
      if (place >= from && place > 0 && known[row] > 0 && counts(choices++)) {
        const query = new Float32Array(width);
        for (const [h, { gain }] of states.entries()) for (let d = 0; d < width; d++) query[d] += gain[d] * sums[h][d];
        for (const other of candidates) {
          let score = biases[other];
          const at = other * width;
          for (let d = 0; d < width; d++) score += query[d] * vectors[at + d];
          scores[other] = score;
        }
        let rank = 1;
        for (const other of candidates) if (!chosen[other] && scores[other] > scores[row]) rank++;
        ranks.push(rank);
      }
      chosen[row] = 1;
      for (const [h, { decay }] of states.entries()) {
        for (let d = 0; d < width; d++) sums[h][d] = decay * sums[h][d] + vectors[row * width + d];
      }
    }
  }
  return ranks;
}

/** How many choices `rankChoices` can rank. */
export const rankableChoices = (shoppers: readonly RankedShopper[], known: Float32Array): number =>
  shoppers.reduce(
    (sum, { rows, from }) => sum + rows.filter((row, place) => place >= from && place > 0 && known[row] > 0).length,
    0,
  );
