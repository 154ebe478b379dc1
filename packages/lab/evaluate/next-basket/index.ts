import * as v from 'valibot';
import { rankOf } from '../../../../src/device/ranking';
import type { BasketScores } from './peers';
import type { BasketCase } from './split';

/** Result of a method on the last orders of some shoppers. */
export const basketRunSchema = v.object({
  name: v.string(),
  /** Time to learn and to rank. */
  seconds: v.number(),
  /** Ranks of each shopper's items among all items. */
  ranks: v.array(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
});

/** Ranks the last order of some shoppers among all items, repeats included. @param shoppers their numbers */
export function basketRanks(
  cases: readonly BasketCase[],
  shoppers: readonly number[],
  scoresOf: BasketScores,
  advance: (count: number) => void,
): number[][] {
  return shoppers.map((shopper) => {
    const scores = scoresOf(shopper);
    advance(1);
    return cases[shopper].basket.map((row) => Math.ceil(rankOf(scores, row, [])));
  });
}

/** Number of places that count. */
const PLACES = 10;

/** NDCG@10 of an order: the gains of its items in the first ten places over those of an ideal list of all of its items, as Li et al. 2023 count. */
export function basketNdcg10(ranks: readonly number[]): number {
  const gain = (rank: number): number => 1 / Math.log2(rank + 1);
  const ideal = ranks.reduce((sum, _, n) => sum + gain(n + 1), 0);
  return ranks.reduce((sum, rank) => sum + (rank <= PLACES ? gain(rank) : 0), 0) / ideal;
}
