import type { CooccurrenceTable } from './cooccurrence-table';

/** Maximum distance, in steps, of two choices of one user that count as a pair. */
const REACH = 30;
/** Weight added to an item's pairs before they are compared with chance; it keeps rare items from being overrated. */
const SMOOTHING = 30;

/**
 * Counts which items the same users choose near each other. Two choices d steps apart, in either order, count 1 / d up to
 * 30 steps. Needs no features and no compute backend; items without a choice get no co-occurrence.
 */
export class CooccurrenceCounter {
  /** Per item, the weight of its pairs with each other item. */
  readonly #pairs: Map<number, number>[];
  /** Sum of each item's pairs. */
  readonly #mass: Float64Array;
  #total = 0;

  constructor(count: number) {
    this.#pairs = Array.from({ length: count }, () => new Map());
    this.#mass = new Float64Array(count);
  }

  /**
   * Counts the pairs of one user's choices.
   * @param rows catalogue rows, oldest first
   * @param from index of the first new choice; pairs of older choices were counted before. Default 0
   */
  learn(rows: ArrayLike<number>, from = 0): void {
    for (let later = Math.max(1, from); later < rows.length; later++) {
      for (let distance = 1; distance <= Math.min(REACH, later); distance++) {
        this.#add(rows[later], rows[later - distance], 1 / distance);
      }
    }
  }

  /**
   * The table of a bundle: for every item the items with the highest log lift, which compares with chance how often both
   * were chosen near each other: log(1 + n(a, b) N / ((n(a) + 30) (n(b) + 30))), where n are the weights of pairs and N is
   * their sum.
   * @param most maximum number of entries per item, to limit the download. Default 256
   */
  table(most = 256): CooccurrenceTable {
    const count = this.#mass.length;
    const offsets = new Uint32Array(count + 1);
    const kept = this.#pairs.map((pairs, row) => {
      const expected = (this.#mass[row] + SMOOTHING) / this.#total;
      const lifts = Array.from(pairs, ([other, weight]) => ({
        other,
        lift: Math.log1p(weight / (expected * (this.#mass[other] + SMOOTHING))),
      }));
      return lifts.sort((a, b) => b.lift - a.lift || a.other - b.other).slice(0, most);
    });
    for (const [row, own] of kept.entries()) offsets[row + 1] = offsets[row] + own.length;
    const all = kept.flat();
    return {
      count,
      offsets,
      rows: Uint32Array.from(all, ({ other }) => other),
      lifts: Float32Array.from(all, ({ lift }) => lift),
    };
  }

  #add(a: number, b: number, weight: number): void {
    if (a === b) return;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      this.#pairs[from].set(to, (this.#pairs[from].get(to) ?? 0) + weight);
      this.#mass[from] += weight;
      this.#total += weight;
    }
  }
}
