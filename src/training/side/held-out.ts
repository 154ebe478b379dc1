import type { SideModel } from '../../catalog/side-model';

/** How well the choices of shoppers are ranked that a training did not see. */
export interface HeldOutQuality {
  /** Mean of log(rank), 1 is best, among all known items not chosen before. */
  lnRank: number;
  /** Share of the choices among the first ten, 0 to 1. */
  hr10: number;
  choices: number;
}

/**
 * Ranks later choices of shoppers by the states after the earlier ones.
 * @param sequences rows without repeats, oldest first
 * @param isCandidate whether the item at a row is ranked
 * @param from first place that is ranked
 */
export function heldOutQuality(
  { width, states, vectors, biases }: SideModel,
  sequences: readonly Int32Array[],
  isCandidate: (row: number) => boolean,
  from = 1,
): HeldOutQuality {
  const candidates = Int32Array.from([...biases.keys()].filter(isCandidate));
  let sum = 0;
  let hits = 0;
  let choices = 0;
  const scores = new Float32Array(biases.length);
  for (const rows of sequences) {
    const sums = states.map(() => new Float32Array(width));
    const chosen = new Uint8Array(biases.length);
    for (const [place, row] of rows.entries()) {
      if (place >= from && isCandidate(row)) {
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
        sum += Math.log(rank);
        if (rank <= 10) hits++;
        choices++;
      }
      chosen[row] = 1;
      for (const [h, { decay }] of states.entries()) {
        for (let d = 0; d < width; d++) sums[h][d] = decay * sums[h][d] + vectors[row * width + d];
      }
    }
  }
  return { lnRank: choices ? sum / choices : 0, hr10: choices ? hits / choices : 0, choices };
}
