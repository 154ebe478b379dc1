import type { ContentVectors } from '../../../core/catalog';
import { NearestNeighbors } from '../nearest-neighbors';
import type { SimilarityCache } from '../similarity-cache';

/** Past items that the mean is taken of. */
export const NEAREST = 3;

/** Mean of the 3 largest content similarities of every item to the items of a history. */
export class NearestHistory {
  readonly #neighbors: NearestNeighbors;
  readonly #count: number;

  constructor(vectors: ContentVectors, similar: SimilarityCache) {
    this.#neighbors = new NearestNeighbors(vectors, similar, NEAREST);
    this.#count = vectors.count;
  }

  /** @param rows item rows of the history, repeats count once @returns [count]; zeros without a history */
  meanSimilarity(rows: readonly number[]): Float32Array {
    const largest = this.#neighbors.nearestTo(rows).slice(0, Math.min(NEAREST, new Set(rows).size));
    const out = new Float32Array(this.#count);
    const part = 1 / largest.length;
    for (const values of largest) for (let i = 0; i < out.length; i++) out[i] += part * values[i];
    return out;
  }

  /**
   * The row of the history that an item resembles most.
   * @param leftOut rows to ignore
   * @returns null if no row remains; undefined if too many rows are ignored to know the answer
   */
  nearestRow(rows: readonly number[], item: number, leftOut: (row: number) => boolean): number | null | undefined {
    this.#neighbors.nearestTo(rows);
    return this.#neighbors.nearestRow(item, leftOut);
  }
}
