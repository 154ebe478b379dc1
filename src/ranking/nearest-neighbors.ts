import type { ContentVectors } from '../catalog';
import { similarity } from './similarities';
import type { SimilarityCache } from './similarity-cache';

/** Similarity where there is no row to compare with. */
const NONE = -1;
/** Rows whose similarities are computed, and in memory, at a time. */
const AT_ONCE = 32;

/**
 * The largest content similarities of every item to a set of rows, such as those of a history. The cost of adding or
 * removing one row does not depend on the size of the set.
 */
export class NearestNeighbors {
  readonly #vectors: ContentVectors;
  readonly #similar: SimilarityCache;
  /** [most][count], the largest first. */
  #similarities: Float32Array[];
  /** [most][count]: the row of each similarity; -1 for none. */
  #neighbors: Int32Array[];
  readonly #rows = new Set<number>();

  /** @param most how many similarities are kept for each item */
  constructor(vectors: ContentVectors, similar: SimilarityCache, most: number) {
    this.#vectors = vectors;
    this.#similar = similar;
    this.#similarities = Array.from({ length: most }, () => new Float32Array(vectors.count));
    this.#neighbors = this.#similarities.map(() => new Int32Array(vectors.count));
    this.#reset();
  }

  /**
   * The largest similarities of every item to these rows.
   * @param rows repeats count once
   * @returns [most][count], the largest first, -1 where there are fewer rows. Shared: do not change them; the next call does
   */
  nearestTo(rows: Iterable<number>): readonly Float32Array[] {
    const wanted = new Set(rows);
    let removed = new Set([...this.#rows].filter((row) => !wanted.has(row)));
    // An item that loses a similarity is compared with all rows that stay: where many rows are removed, a reset is cheaper.
    if (removed.size * (this.#similarities.length + 1) > this.#rows.size) {
      this.#reset();
      removed = new Set();
    }
    const added = [...wanted].filter((row) => !this.#rows.has(row));
    for (let start = 0; start < added.length; start += AT_ONCE) {
      const block = added.slice(start, start + AT_ONCE);
      for (const [n, similarities] of this.#similar.similaritiesToEach(block).entries())
        this.#add(block[n], similarities);
    }
    if (removed.size > 0) this.#remove(removed);
    return this.#similarities;
  }

  #reset(): void {
    this.#rows.clear();
    for (const values of this.#similarities) values.fill(NONE);
    for (const rows of this.#neighbors) rows.fill(-1);
  }

  #add(row: number, similarities: Float32Array): void {
    this.#rows.add(row);
    const last = this.#similarities[this.#similarities.length - 1];
    for (let item = 0; item < similarities.length; item++) {
      // Of equal similarities the newest row stays: it leaves a history last. NaN is never kept.
      if (similarities[item] >= last[item]) this.#insert(item, similarities[item], row);
    }
  }

  #insert(item: number, value: number, row: number): void {
    const [similarities, neighbors] = [this.#similarities, this.#neighbors];
    let rank = similarities.length - 1;
    for (; rank > 0 && value >= similarities[rank - 1][item]; rank--) {
      similarities[rank][item] = similarities[rank - 1][item];
      neighbors[rank][item] = neighbors[rank - 1][item];
    }
    similarities[rank][item] = value;
    neighbors[rank][item] = row;
  }

  /** Items that have one of these rows among their neighbors. */
  #itemsNear(removed: ReadonlySet<number>): number[] {
    const items: number[] = [];
    const [only] = removed;
    const hit = removed.size === 1 ? (row: number) => row === only : (row: number) => removed.has(row);
    for (let item = 0; item < this.#vectors.count; item++) {
      for (const rows of this.#neighbors) {
        if (!hit(rows[item])) continue;
        items.push(item);
        break;
      }
    }
    return items;
  }

  #remove(removed: ReadonlySet<number>): void {
    for (const row of removed) this.#rows.delete(row);
    const items = this.#itemsNear(removed);
    for (const item of items) {
      for (const [rank, values] of this.#similarities.entries()) {
        values[item] = NONE;
        this.#neighbors[rank][item] = -1;
      }
    }
    const last = this.#similarities[this.#similarities.length - 1];
    // Row by row: the similarities of one row lie together in memory.
    for (const row of this.#rows) {
      const values = this.#similar.cached(row);
      for (const item of items) {
        const value = values ? values[item] : similarity(this.#vectors, row, item);
        if (value >= last[item]) this.#insert(item, value, row);
      }
    }
  }
}
