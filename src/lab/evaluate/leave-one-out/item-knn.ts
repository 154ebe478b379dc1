import { fading, gridOf, HALF_LIVES, type TunedMethod } from './ranker';
import { choiceMatrix, transposed } from './sparse-matrix';
import type { ChoiceHistory } from './split';

/** Item-to-item weights: the weights of an item are at `offsets[item]` to `offsets[item + 1]`. */
export interface ItemWeights {
  offsets: Uint32Array;
  rows: Uint32Array;
  weights: Float64Array;
}

/** Concatenates the weights of the items, in order. */
export function itemWeights(all: readonly { rows: ArrayLike<number>; weights: ArrayLike<number> }[]): ItemWeights {
  const offsets = new Uint32Array(all.length + 1);
  for (const [item, { rows }] of all.entries()) offsets[item + 1] = offsets[item] + rows.length;
  const [rows, weights] = [new Uint32Array(offsets[all.length]), new Float64Array(offsets[all.length])];
  for (const [item, own] of all.entries()) {
    rows.set(own.rows, offsets[item]);
    weights.set(own.weights, offsets[item]);
  }
  return { offsets, rows, weights };
}

/** Adds the weights from the items of a history. @param halfLife in choices; null: all choices count alike */
export function addItemWeights(
  { offsets, rows, weights }: ItemWeights,
  halfLife: number | null,
  history: ChoiceHistory,
  out: Float32Array,
): void {
  const shares = fading(history.rows.length, halfLife);
  for (const [n, row] of history.rows.entries()) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) out[rows[at]] += shares[n] * weights[at];
  }
}

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
  const byUser = choiceMatrix(
    histories.map(({ rows }) => rows),
    count,
  );
  const byItem = transposed(byUser);
  const usersOf = (item: number): Uint32Array =>
    byItem.indices.subarray(byItem.offsets[item], byItem.offsets[item + 1]);
  const together = new Float64Array(count);
  return itemWeights(
    Array.from({ length: count }, (_, item) => {
      const met: number[] = [];
      const own = usersOf(item);
      for (const user of own) {
        for (let at = byUser.offsets[user]; at < byUser.offsets[user + 1]; at++) {
          const other = byUser.indices[at];
          if (other === item) continue;
          if (together[other] === 0) met.push(other);
          together[other]++;
        }
      }
      for (const other of met) together[other] /= Math.sqrt(own.length * usersOf(other).length) + shrinkage;
      const rows = met.sort((a, b) => together[b] - together[a] || a - b).slice(0, neighbours);
      const weights = rows.map((other) => together[other]);
      for (const other of met) together[other] = 0;
      return { rows, weights };
    }),
  );
}

/** Cosines of co-occurrence with shrinkage, over the fading choices of a history. */
export const ITEM_KNN: TunedMethod<{ shrinkage: number; neighbours: number }, { halfLife: number | null }> = {
  name: 'item-knn',
  fits: gridOf<{ shrinkage: number; neighbours: number }>({ shrinkage: [0, 10, 50], neighbours: [100, 1000] }),
  uses: gridOf<{ halfLife: number | null }>({ halfLife: HALF_LIVES }),
  fit(histories, settings, { count }) {
    const weights = shrunkCosines(histories, count, settings);
    return ({ halfLife }) =>
      (history, out) =>
        addItemWeights(weights, halfLife, history, out);
  },
};
