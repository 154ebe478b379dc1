import { type AddScores, fading, gridOf, HALF_LIVES, type TunedMethod } from './ranker';
import { choiceMatrix, transposed } from './sparse-matrix';

/** Item-to-item weights: for each item the rows that it adds to, and how much. */
export type ItemWeights = readonly { rows: ArrayLike<number>; weights: ArrayLike<number> }[];

/** Adds the weights from the items of a history. The half-life is in choices; null: all choices count alike. */
export const fadedWeights =
  (all: ItemWeights) =>
  ({ halfLife }: { halfLife: number | null }): AddScores =>
  (history, out) => {
    const shares = fading(history.rows.length, halfLife);
    for (const [n, item] of history.rows.entries()) {
      const { rows, weights } = all[item];
      for (let at = 0; at < rows.length; at++) out[rows[at]] += shares[n] * weights[at];
    }
  };

/**
 * Cosines of items over the users who chose them, shrunk: n(a, b) / (sqrt(n(a) n(b)) + shrinkage), where n are numbers of
 * users.
 * @param neighbours maximum number kept per item
 */
export function shrunkCosines(
  histories: readonly { rows: ArrayLike<number> }[],
  count: number,
  { shrinkage, neighbours }: { shrinkage: number; neighbours: number },
): ItemWeights {
  const byUser = choiceMatrix(histories);
  const byItem = transposed(byUser, count);
  const together = new Float64Array(count);
  return byItem.map((users, item) => {
    const met: number[] = [];
    for (const user of users) {
      for (const other of byUser[user]) {
        if (other === item) continue;
        if (together[other] === 0) met.push(other);
        together[other]++;
      }
    }
    for (const other of met) together[other] /= Math.sqrt(users.length * byItem[other].length) + shrinkage;
    const rows = Uint32Array.from(met.sort((a, b) => together[b] - together[a] || a - b).slice(0, neighbours));
    const weights = Float64Array.from(rows, (other) => together[other]);
    for (const other of met) together[other] = 0;
    return { rows, weights };
  });
}

/** Cosines of co-occurrence with shrinkage, over the fading choices of a history. */
export const ITEM_KNN: TunedMethod<{ shrinkage: number; neighbours: number }, { halfLife: number | null }> = {
  name: 'item-knn',
  fits: gridOf<{ shrinkage: number; neighbours: number }>({ shrinkage: [0, 10, 50], neighbours: [100, 1000] }),
  uses: gridOf<{ halfLife: number | null }>({ halfLife: HALF_LIVES }),
  fit: (histories, settings, { count }) => fadedWeights(shrunkCosines(histories, count, settings)),
};
