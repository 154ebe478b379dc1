import type { CompanionTable } from './cooccurrence-table';

/** Choices of one user that are up to so many steps apart belong together. */
const REACH = 30;
/** Weight of pairs that are added to an item's own before it is compared with chance: rare items are not overrated. */
const SMOOTHING = 30;

/**
 * Which items the same users choose close to each other. Two choices d steps apart, in either order, count 1 / d up to
 * 30 steps. Needs no features and no compute backend, and knows nothing of items that nobody has chosen.
 */
export class Companions {
  /** Per item, the weight of its pairs with each other item. */
  readonly #pairs: Map<number, number>[];
  /** Sum of each item's pairs. */
  readonly #mass: Float64Array;
  #total = 0;

  /** @param count items in the catalogue */
  constructor(count: number) {
    this.#pairs = Array.from({ length: count }, () => new Map());
    this.#mass = new Float64Array(count);
  }

  /**
   * Counts the pairs of one user's choices.
   * @param rows catalogue rows, oldest first
   * @param from index of the first choice that is new; pairs of older ones were counted before. Default 0
   */
  learn(rows: ArrayLike<number>, from = 0): void {
    for (let later = Math.max(1, from); later < rows.length; later++) {
      for (let distance = 1; distance <= Math.min(REACH, later); distance++) {
        this.#add(rows[later], rows[later - distance], 1 / distance);
      }
    }
  }

  /**
   * The table that a bundle carries: for every item its strongest companions, by how much more often than by chance they
   * were chosen near it: log(1 + n(a, b) N / ((n(a) + 30) (n(b) + 30))), where n are the weights of pairs and N is their
   * sum.
   * @param most companions of one item at most. Default 256, for download
   */
  table(most = 256): CompanionTable {
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
