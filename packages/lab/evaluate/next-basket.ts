import { rankOf } from '../../../src/device/ranking';
import type { LogEvent } from '../../shop/logs';
import { belowScores } from './leave-one-out/ranker';
import { type ChoiceHistory, firstChoices, historyOf } from './leave-one-out/split';
import { basketsIn, shoppersOf } from './shoppers';

/** A shopper whose last order is to be foretold. */
export interface BasketCase {
  /** All earlier lines; those of one time are one order. */
  history: ChoiceHistory;
  /** Rows of the last order, all different. */
  basket: number[];
}

/**
 * Splits off the last order of every shopper with two or more. Lines of one time are one order.
 * @param events sorted by time
 * @param rowOf row of an item id; events on other items are left out
 */
export function nextBaskets(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): BasketCase[] {
  return shoppersOf(events, rowOf).flatMap(({ rows, times }) => {
    const last = basketsIn(times).at(-1)?.start ?? 0;
    if (last === 0) return [];
    return [{ history: firstChoices(historyOf(rows, times), last), basket: [...new Set(rows.slice(last))] }];
  });
}

/** The orders of a history, oldest first, each with different rows. */
const basketsOf = ({ rows, times }: ChoiceHistory): number[][] =>
  basketsIn([...times]).map(({ start, end }) => [...new Set(rows.subarray(start, end))]);

/** Values of some items, by row. */
type Sparse = Map<number, number>;

/** Scores all items after the history of the n-th shopper. */
export type BasketScores = (shopper: number) => Float32Array;

/** In how many orders a shopper bought each item. */
const frequencyOf = (history: ChoiceHistory): Sparse => summed(basketsOf(history).map((rows) => ({ rows, weight: 1 })));

function summed(parts: readonly { rows: readonly number[]; weight: number }[]): Sparse {
  const sum: Sparse = new Map();
  for (const { rows, weight } of parts) for (const row of rows) sum.set(row, (sum.get(row) ?? 0) + weight);
  return sum;
}

/** Number of orders with each item. */
export function orderCounts(histories: readonly ChoiceHistory[], count: number): Float32Array {
  const orders = new Float32Array(count);
  for (const history of histories) for (const [row, value] of frequencyOf(history)) orders[row] += value;
  return orders;
}

/** A score per item from sparse values; items that are equal in them are ranked by popularity. */
function filled(values: Sparse, popularity: Float32Array): Float32Array {
  const scores = belowScores(popularity);
  for (const [row, value] of values) scores[row] += value;
  return scores;
}

/** How often the shopper bought an item, then its popularity (GP-TopFreq: Li et al. 2023, arXiv 2109.14233). */
export function topFrequency(histories: readonly ChoiceHistory[], popularity: Float32Array): BasketScores {
  return (shopper) => filled(frequencyOf(histories[shopper]), popularity);
}

/** Dot products with all other shoppers who share an item. */
function sharedProducts(vectors: readonly Sparse[], count: number): (shopper: number) => Map<number, number> {
  const holders: { shopper: number; value: number }[][] = Array.from({ length: count }, () => []);
  for (const [shopper, own] of vectors.entries()) for (const [row, value] of own) holders[row].push({ shopper, value });
  return (shopper) => {
    const products = new Map<number, number>();
    for (const [row, value] of vectors[shopper]) {
      for (const other of holders[row])
        products.set(other.shopper, (products.get(other.shopper) ?? 0) + value * other.value);
    }
    return products;
  };
}

const squareOf = (vector: Sparse): number => [...vector.values()].reduce((sum, value) => sum + value ** 2, 0);

/** Number of latest orders, power of the shopper's own length, and power of a similarity, as published for grocery logs. */
const [WINDOW, ASYMMETRY, LOCALITY] = [10, 0.75, 10];

/**
 * UP-CF@r (Faggioli et al. 2020): the shares of a shopper's latest orders that contain an item, summed over all shoppers by asymmetric
 * cosine to a power.
 */
export function userPopularity(histories: readonly ChoiceHistory[], popularity: Float32Array): BasketScores {
  const shares = histories.map((history) => {
    const latest = basketsOf(history).slice(-WINDOW);
    return summed(latest.map((rows) => ({ rows, weight: 1 / latest.length })));
  });
  const squares = shares.map(squareOf);
  const productsOf = sharedProducts(shares, popularity.length);
  return (shopper) => {
    const scores: Sparse = new Map();
    for (const [other, product] of productsOf(shopper)) {
      const length = squares[shopper] ** ASYMMETRY * squares[other] ** (1 - ASYMMETRY);
      const similarity = (product / length) ** LOCALITY;
      for (const [row, share] of shares[other]) scores.set(row, (scores.get(row) ?? 0) + similarity * share);
    }
    return filled(scores, popularity);
  };
}

/** Neighbours, decay within and between groups, share of the shopper's own vector, and number of groups, as published for TaFeng. */
const [NEIGHBOURS, WITHIN, BETWEEN, OWN, GROUPS] = [300, 0.9, 0.7, 0.7, 7];

/**
 * TIFU-KNN (Hu et al. 2020): item frequencies decay within and between groups of orders; the score averages the frequencies of the
 * shopper and of the nearest shoppers by Euclidean distance.
 */
export function tifuKnn(histories: readonly ChoiceHistory[], popularity: Float32Array): BasketScores {
  const vectors = histories.map(fadedFrequency);
  const squares = vectors.map(squareOf);
  const productsOf = sharedProducts(vectors, popularity.length);
  return (shopper) => {
    const products = productsOf(shopper);
    const distances = [...vectors.keys()]
      .filter((other) => other !== shopper)
      .map((other) => ({ other, distance: squares[other] - 2 * (products.get(other) ?? 0) }))
      .sort((a, b) => a.distance - b.distance || a.other - b.other)
      .slice(0, NEIGHBOURS);
    const scores: Sparse = new Map([...vectors[shopper]].map(([row, value]) => [row, OWN * value]));
    for (const { other } of distances) {
      for (const [row, value] of vectors[other])
        scores.set(row, (scores.get(row) ?? 0) + ((1 - OWN) * value) / distances.length);
    }
    return filled(scores, popularity);
  };
}

function fadedFrequency(history: ChoiceHistory): Sparse {
  const orders = basketsOf(history);
  const groups = Math.min(GROUPS, orders.length);
  const size = Math.floor(orders.length / groups);
  const small = groups - (orders.length % groups);
  return summed(
    orders.map((rows, n) => {
      const group = n < small * size ? Math.floor(n / size) : small + Math.floor((n - small * size) / (size + 1));
      const of = group < small ? size : size + 1;
      return { rows, weight: (WITHIN ** (orders.length - 1 - n) * BETWEEN ** (groups - 1 - group)) / of / groups };
    }),
  );
}

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
