import type { SideModel } from './side-model';

/** A shopper whose choices are ranked. */
export interface ChoiceSequence {
  /** Rows of the choices without repeats, oldest first. */
  rows: ArrayLike<number>;
  /** Place of the first choice that is ranked; at 0 it is ranked by the biases alone. */
  from: number;
}

/**
 * Ranks choices by a side model, 1 is best: each by the states after all earlier ones of its shopper, s <- decay * s + k(choice),
 * among the candidates that the shopper has not chosen yet. Choices that are no candidates enter the states and are not ranked.
 * @param isCandidate whether the item at a row is ranked
 * @param counts whether the n-th choice that can be ranked is. Default: all are
 */
export function choiceRanks(
  { width, states, vectors, biases }: SideModel,
  sequences: readonly ChoiceSequence[],
  isCandidate: (row: number) => boolean,
  counts: (n: number) => boolean = () => true,
): number[] {
  const candidates = Int32Array.from([...biases.keys()].filter(isCandidate));
  const scores = new Float32Array(biases.length);
  const ranks: number[] = [];
  let choices = 0;
  for (const { rows, from } of sequences) {
    const sums = states.map(() => new Float32Array(width));
    const chosen = new Uint8Array(biases.length);
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place];
      if (place >= from && isCandidate(row) && counts(choices++)) {
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

/** How many choices `choiceRanks` can rank. */
export const rankableChoices = (sequences: readonly ChoiceSequence[], isCandidate: (row: number) => boolean): number =>
  sequences.reduce(
    (sum, { rows, from }) => sum + Array.from(rows).filter((row, place) => place >= from && isCandidate(row)).length,
    0,
  );
