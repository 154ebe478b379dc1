import { type AddScores, fading, gridOf, type TunedMethod } from './ranker';
import { choiceMatrix, transposed } from './sparse-matrix';
import type { ChoiceHistory } from './split';

export interface VsknnSettings extends Record<string, number | null> {
  /** Maximum number of neighbouring users. */
  neighbours: number;
  /** Choices after which a choice of the history counts half; null: all count alike. */
  halfLife: number | null;
  /** Days between the last choices of two users by which their similarity halves; null: times do not count. */
  days: number | null;
  /** Power of ln(users / users of the item) with which an item counts. */
  idf: number;
  /** Choices of the neighbour between an item and the nearest one of the history by which it counts half; null: all alike. */
  reach: number | null;
}

const DAY = 86_400_000;

/**
 * Users as sessions (VSKNN: Ludewig and Jannach 2018; the decays of time and place are those of STAN: Garg et al. 2019). The
 * similarity of a user is the sum, over the items that both chose, of how recent it is in the history times its idf, over
 * the square root of the user's number of choices, times a decay by the time between the last choices of the two. An item's
 * score is the sum of the similarities of the neighbours who chose it, times its idf, times a decay by its distance in the
 * neighbour's choices from the nearest shared one.
 */
export function vsknnScores(histories: readonly ChoiceHistory[], count: number): (use: VsknnSettings) => AddScores {
  const byItem = transposed(choiceMatrix(histories), count);
  /** [users] a sum, used again for every history. */
  const similarity = new Float64Array(histories.length);
  return ({ neighbours, halfLife, days, idf, reach }) => {
    const weights = byItem.map(({ length: users }) => (users > 0 ? Math.log(1 + histories.length / users) ** idf : 0));
    const near = Float64Array.from({ length: 256 }, (_, gap) => (reach === null ? 1 : 2 ** (-gap / reach)));
    return ({ rows, times }, out) => {
      const shares = fading(rows.length, halfLife);
      const met: number[] = [];
      for (const [n, row] of rows.entries()) {
        for (const user of byItem[row]) {
          if (similarity[user] === 0) met.push(user);
          similarity[user] += shares[n] * weights[row];
        }
      }
      const now = times[times.length - 1];
      for (const user of met) {
        const other = histories[user];
        const gap = Math.abs(now - other.times[other.times.length - 1]) / DAY;
        similarity[user] *= (days === null ? 1 : 2 ** (-gap / days)) / Math.sqrt(other.rows.length);
      }
      const asked = met.sort((a, b) => similarity[b] - similarity[a] || a - b).slice(0, neighbours);
      const own = new Set(rows);
      for (const user of asked) {
        const other = histories[user].rows;
        const shared = reach === null ? [] : [...other.keys()].filter((at) => own.has(other[at]));
        for (const [at, row] of other.entries()) {
          const gap = reach === null ? 0 : Math.min(255, ...shared.map((place) => Math.abs(place - at)));
          out[row] += similarity[user] * weights[row] * near[gap];
        }
      }
      for (const user of met) similarity[user] = 0;
    };
  };
}

/** Session kNN with decays of place and time, and idf. */
export const VSKNN: TunedMethod<Record<never, never>, VsknnSettings> = {
  name: 'vsknn',
  fits: [{}],
  uses: gridOf<VsknnSettings>({
    neighbours: [100, 500],
    halfLife: [1, 2, 4, 16, null],
    days: [365, null],
    idf: [0, 1],
    reach: [2, null],
  }),
  fit: (histories, _, { count }) => vsknnScores(histories, count),
};
