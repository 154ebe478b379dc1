import { createMatrix, type Matrix } from '../kernel';
import { isWithoutBasis, TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** What a shopper's experts share: an expert's own read-outs are its `preference`. */
const SHARED = TERMS.filter((name) => name !== 'preference');

/** The values of the terms that all experts of a shopper weigh, each in its own way, one below the other: several read them in one pass. */
export class TermMatrix {
  readonly #matrix: Matrix;
  /** Terms whose row is not zero. */
  readonly #filled = new Set<TermName>();

  /** @param count items */
  constructor(readonly count: number) {
    this.#matrix = createMatrix(SHARED.length, count);
  }

  /** Replaces the values. */
  set(values: TermValues): void {
    for (const [n, name] of SHARED.entries()) {
      const without = isWithoutBasis(values[name]);
      if (without && !this.#filled.has(name)) continue;
      this.#matrix.row(n).set(values[name]);
      if (without) this.#filled.delete(name);
      else this.#filled.add(name);
    }
  }

  /** The weighted sum of the terms by each list of weights, [count]. @param out receives them. Default new arrays */
  sums(weights: readonly TermWeights[], out?: readonly Float32Array[]): Float32Array[] {
    return this.#matrix.weightedSums(
      weights.map((own) => Float32Array.from(SHARED, (name) => own[name])),
      out,
    );
  }

  /**
   * Of each term, its value for the chosen item minus its expected value; 0 for `preference`.
   * @param shares of the items, [count] each
   */
  slopes(row: number, shares: readonly Float32Array[]): Record<TermName, number>[] {
    return this.#matrix.products(shares).map((means) => {
      const slopes = Object.fromEntries(TERMS.map((name) => [name, 0])) as Record<TermName, number>;
      for (const [n, name] of SHARED.entries()) slopes[name] = this.#matrix.row(n)[row] - means[n];
      return slopes;
    });
  }
}
