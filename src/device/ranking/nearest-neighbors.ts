import type { ContentVectors } from '../../core/catalog';
import { similarity } from './similarities';
import type { SimilarityCache } from './similarity-cache';

/** Number of past items whose similarities count in the term `nearestHistory`. */
export const NEAREST = 3;
/** Similarity without a row to compare with. */
const NONE = -1;
/** Number of rows whose similarities are computed, and held in memory, at a time. */
const BATCH_ROWS = 32;
/** Additional neighbors known for every item: they replace a removed neighbor without comparing the item again. */
const SPARE_NEIGHBORS = 9;

/**
 * The largest content similarities of every item to a set of rows, such as the rows of a history. The cost of adding or
 * removing a row does not depend on the size of the set, except for the few items that have lost more neighbors than were
 * spare.
 */
export class NearestNeighbors {
  /** [most + spare][count], the largest first. */
  readonly #similarities: Float32Array[];
  /** [most + spare][count]: the row of each similarity; -1 if missing. */
  readonly #neighbors: Int32Array[];
  /** [count]: upper bound of the similarity of rows that are not among an item's neighbors. */
  readonly #threshold: Float32Array;
  readonly #rows = new Set<number>();

  /** @param most how many similarities are kept for each item */
  constructor(
    private readonly vectors: ContentVectors,
    private readonly similar: SimilarityCache,
    private readonly most: number,
  ) {
    this.#similarities = Array.from({ length: most + SPARE_NEIGHBORS }, () => new Float32Array(vectors.count));
    this.#neighbors = this.#similarities.map(() => new Int32Array(vectors.count));
    this.#threshold = new Float32Array(vectors.count);
    this.#reset();
  }

  /**
   * The largest similarities of every item to these rows.
   * @param rows repeats count once
   * @returns [most][count], the largest first, -1 if there are fewer rows. Shared: do not change them; the next call
   *   overwrites them
   */
  nearestTo(rows: Iterable<number>): readonly Float32Array[] {
    const wanted = new Set(rows);
    let removed = new Set([...this.#rows].filter((row) => !wanted.has(row)));
    // An item that loses its neighbors is compared with all remaining rows: if many rows are removed, a reset is cheaper.
    if (removed.size * (this.most + 1) > this.#rows.size) {
      this.#reset();
      removed = new Set();
    }
    const added = [...wanted].filter((row) => !this.#rows.has(row));
    for (let start = 0; start < added.length; start += BATCH_ROWS) {
      const block = added.slice(start, start + BATCH_ROWS);
      for (const [n, similarities] of this.similar.similaritiesToEach(block).entries())
        this.#add(block[n], similarities);
    }
    if (removed.size > 0) this.#remove(removed);
    return this.#similarities.slice(0, this.most);
  }

  /** Mean of the largest similarities of every item to these rows. @returns [count]; zeros without rows */
  meanSimilarity(rows: readonly number[]): Float32Array {
    const largest = this.nearestTo(rows).slice(0, new Set(rows).size);
    const out = new Float32Array(this.vectors.count);
    const part = 1 / largest.length;
    for (const values of largest) for (let i = 0; i < out.length; i++) out[i] += part * values[i];
    return out;
  }

  /** The rows nearest to an item, nearest first: at least one more than count, so that any can be left out. */
  nearestOf(item: number, rows: Iterable<number>): { past: number; value: number }[] {
    this.nearestTo(rows);
    if (this.#neighbors[this.most][item] < 0 && this.#threshold[item] > NONE) this.#compareAgain([item]);
    const all = this.#neighbors.map((rows, n) => ({ past: rows[item], value: this.#similarities[n][item] }));
    return all.filter(({ past }) => past >= 0);
  }

  #reset(): void {
    this.#rows.clear();
    for (const values of this.#similarities) values.fill(NONE);
    for (const rows of this.#neighbors) rows.fill(-1);
    this.#threshold.fill(NONE);
  }

  #add(row: number, similarities: Float32Array): void {
    this.#rows.add(row);
    const threshold = this.#threshold;
    for (let item = 0; item < similarities.length; item++) {
      // If similarities are equal, the newest row stays, because it leaves a history last. NaN is never kept.
      if (similarities[item] >= threshold[item]) this.#insert(item, similarities[item], row);
    }
  }

  #insert(item: number, value: number, row: number): void {
    const [similarities, neighbors] = [this.#similarities, this.#neighbors];
    const last = similarities.length - 1;
    let rank = last;
    for (; rank > 0 && value >= similarities[rank - 1][item]; rank--) {
      similarities[rank][item] = similarities[rank - 1][item];
      neighbors[rank][item] = neighbors[rank - 1][item];
    }
    similarities[rank][item] = value;
    neighbors[rank][item] = row;
    if (neighbors[last][item] >= 0) this.#threshold[item] = similarities[last][item];
  }

  #remove(removed: ReadonlySet<number>): void {
    for (const row of removed) this.#rows.delete(row);
    const short: number[] = [];
    for (const item of this.#itemsNear(removed)) {
      this.#leaveOut(item, removed);
      // The item has no other rows only if all its neighbors are known.
      if (this.#neighbors[this.most - 1][item] < 0 && this.#threshold[item] > NONE) short.push(item);
    }
    if (short.length > 0) this.#compareAgain(short);
  }

  /** Items that have one of these rows among their neighbors. */
  #itemsNear(removed: ReadonlySet<number>): Iterable<number> {
    const items = new Set<number>();
    for (const row of removed)
      for (const rows of this.#neighbors)
        for (let item = rows.indexOf(row); item >= 0; item = rows.indexOf(row, item + 1)) items.add(item);
    return items;
  }

  #leaveOut(item: number, removed: ReadonlySet<number>): void {
    const [similarities, neighbors] = [this.#similarities, this.#neighbors];
    let to = 0;
    for (let rank = 0; rank < neighbors.length; rank++) {
      if (removed.has(neighbors[rank][item])) continue;
      similarities[to][item] = similarities[rank][item];
      neighbors[to++][item] = neighbors[rank][item];
    }
    for (; to < neighbors.length; to++) {
      similarities[to][item] = NONE;
      neighbors[to][item] = -1;
    }
  }

  #compareAgain(items: readonly number[]): void {
    for (const item of items) {
      this.#leaveOut(item, this.#rows);
      this.#threshold[item] = NONE;
    }
    // Row by row: the similarities of one row lie together in memory.
    for (const row of this.#rows) {
      const values = this.similar.cached(row);
      for (const item of items) {
        const value = values ? values[item] : similarity(this.vectors, row, item);
        if (value >= this.#threshold[item]) this.#insert(item, value, row);
      }
    }
  }
}
