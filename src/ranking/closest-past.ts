import type { SimilarityCache } from './similarity-cache';

/** Past items that the mean is taken of. */
const CLOSEST = 3;

/**
 * Mean of the 3 largest content similarities of every item to the items of a history. A history that only grew since the
 * last time costs no more than its new items.
 */
export class ClosestPast {
  readonly #similar: SimilarityCache;
  readonly #count: number;
  /** Items, each once, that `#top` knows of. */
  #known = new Set<number>();
  #top: Float32Array[] = [];

  /** @param count items in the catalogue */
  constructor(similar: SimilarityCache, count: number) {
    this.#similar = similar;
    this.#count = count;
  }

  /** @param rows of the history, repeats count once @returns [count] */
  of(rows: Iterable<number>): Float32Array {
    const wanted = new Set(rows);
    if (this.#top.length === 0 || [...this.#known].some((row) => !wanted.has(row))) {
      this.#known = new Set();
      this.#top = Array.from({ length: CLOSEST }, () => new Float32Array(this.#count).fill(-1));
    }
    for (const row of wanted) if (!this.#known.has(row)) this.#take(row);
    const used = this.#top.slice(0, Math.min(CLOSEST, wanted.size));
    const out = new Float32Array(this.#count);
    for (const rank of used) for (let i = 0; i < this.#count; i++) out[i] += rank[i] / used.length;
    return out;
  }

  #take(row: number): void {
    this.#known.add(row);
    const similarities = this.#similar.to(row);
    const [first, second, third] = this.#top;
    for (let i = 0; i < this.#count; i++) {
      const x = similarities[i];
      if (x <= third[i]) continue;
      if (x > first[i]) {
        third[i] = second[i];
        second[i] = first[i];
        first[i] = x;
      } else if (x > second[i]) {
        third[i] = second[i];
        second[i] = x;
      } else third[i] = x;
    }
  }
}
