import type { ContentVectors } from '../../catalog';
import { Closest } from '../nearest-neighbors';
import type { SimilarityCache } from '../similarity-cache';

/** Past items that the mean is taken of. */
const CLOSEST = 3;

/** Mean of the 3 largest content similarities of every item to the items of a history. */
export class ClosestPast {
  readonly #closest: Closest;
  readonly #count: number;

  constructor(vectors: ContentVectors, similar: SimilarityCache) {
    this.#closest = new Closest(vectors, similar, CLOSEST);
    this.#count = vectors.count;
  }

  /** @param rows of the history, repeats count once @returns [count] */
  of(rows: readonly number[]): Float32Array {
    const used = this.#closest.to(rows).slice(0, Math.min(CLOSEST, new Set(rows).size));
    const out = new Float32Array(this.#count);
    for (const values of used) for (let i = 0; i < this.#count; i++) out[i] += values[i] / used.length;
    return out;
  }
}
