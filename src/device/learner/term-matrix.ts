import { createMatrix, type Matrix } from '../../core/kernel';
import { isWithoutBasis, TERMS, type TermName, type TermValues, type TermWeights } from '../ranking';

/** What a shopper's experts share: an expert's own read-outs are its `preference`. */
const SHARED = TERMS.filter((name) => name !== 'preference');

/**
 * The values of the terms, one below the other. All experts of a shopper weigh them differently, and several read them in
 * one pass.
 */
export class TermMatrix {
  /** Terms with a basis, a row of the matrix each. */
  #names: readonly TermName[] = [];
  #matrix: Matrix;

  /** @param count items */
  constructor(readonly count: number) {
    this.#matrix = createMatrix(0, count);
  }

  /** Replaces the values. */
  set(values: TermValues): void {
    const names = SHARED.filter((name) => !isWithoutBasis(values[name]));
    if (names.join() !== this.#names.join()) this.#matrix = createMatrix(names.length, this.count);
    this.#names = names;
    for (const [n, name] of names.entries()) this.#matrix.row(n).set(values[name]);
  }

  /** The weighted sum of the terms by each list of weights, [count]. @param out receives them. Default new arrays */
  sums(weights: readonly TermWeights[], out?: readonly Float32Array[]): Float32Array[] {
    return this.#matrix.weightedSums(
      weights.map((own) => Float32Array.from(this.#names, (name) => own[name])),
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
      for (const [n, name] of this.#names.entries()) slopes[name] = this.#matrix.row(n)[row] - means[n];
      return slopes;
    });
  }
}
