import { createMatrix, type Matrix } from '../../core/kernel';
import {
  type CatalogIndex,
  isWithoutBasis,
  TERMS,
  type TermName,
  type TermSources,
  type TermValues,
  type TermWeights,
  type termValues,
} from '../ranking';

/** Values of the terms, computed once per state of their sources: a list and the choice from it need the same values. */
export class TermValueCache {
  #of: readonly unknown[] = [];
  #values: TermValues | null = null;

  constructor(private readonly compute: typeof termValues) {}

  values(index: CatalogIndex, sources: TermSources): TermValues {
    const { history, residualScores } = sources;
    const { rows, strengths, dismissed } = history;
    // A history only grows; all other sources except the dismissals are replaced when they change.
    const of = [index, history, rows.length, strengths.at(-1), [...dismissed].join(), residualScores];
    if (!this.#values || of.some((part, n) => part !== this.#of[n])) {
      this.#values = this.compute(index, sources);
      this.#of = of;
    }
    return this.#values;
  }
}

/** The terms that a shopper's experts share: an expert's own read-outs are its `preference`. */
const SHARED = TERMS.filter((name) => name !== 'preference');

/**
 * The values of the terms, one below the other. All experts of a shopper weigh them differently, and several read them in
 * one pass.
 */
export class TermMatrix {
  #names: readonly TermName[] = [];
  #matrix: Matrix;

  constructor(readonly count: number) {
    this.#matrix = createMatrix(0, count);
  }

  set(values: TermValues): void {
    const names = SHARED.filter((name) => !isWithoutBasis(values[name]));
    if (names.join() !== this.#names.join()) this.#matrix = createMatrix(names.length, this.count);
    this.#names = names;
    for (const [n, name] of names.entries()) this.#matrix.row(n).set(values[name]);
  }

  /** The weighted sum of the terms by each list of weights, [count]. */
  sums(weights: readonly TermWeights[]): Float32Array[] {
    return this.#matrix.weightedSums(weights.map((own) => Float32Array.from(this.#names, (name) => own[name])));
  }

  /**
   * For each term, its value for the chosen item minus its expected value; 0 for `preference`.
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
