import type { ContentVectors } from '../catalog';
import { similarity } from './similarities';
import type { SimilarityCache } from './similarity-cache';

/** Similarity of an item that has nothing to be compared with. */
const NONE = -1;
/** Rows whose similarities are computed, and in memory, at a time. */
const AT_ONCE = 32;

/**
 * The largest content similarities of every item to some of the items, such as those of a history. The cost of adding or
 * removing one of these does not depend on how many there are.
 */
export class Closest {
  readonly #vectors: ContentVectors;
  readonly #similar: SimilarityCache;
  /** [most][count], largest first. */
  #top: Float32Array[];
  /** The row that each of them is a similarity to; -1 for none. */
  #to: Int32Array[];
  readonly #known = new Set<number>();

  /** @param most how many of the largest are kept for each item */
  constructor(vectors: ContentVectors, similar: SimilarityCache, most: number) {
    this.#vectors = vectors;
    this.#similar = similar;
    this.#top = Array.from({ length: most }, () => new Float32Array(vectors.count));
    this.#to = this.#top.map(() => new Int32Array(vectors.count));
    this.#reset();
  }

  /**
   * @param rows repeats count once
   * @returns [most][count], largest first, -1 where there are fewer rows. Shared: do not change them; the next call does
   */
  to(rows: Iterable<number>): readonly Float32Array[] {
    const wanted = new Set(rows);
    let gone = new Set([...this.#known].filter((row) => !wanted.has(row)));
    // An item that loses one of its largest is compared with all rows left: where many rows go, starting over is cheaper.
    if (gone.size * (this.#top.length + 1) > this.#known.size) {
      this.#reset();
      gone = new Set();
    }
    const fresh = [...wanted].filter((row) => !this.#known.has(row));
    for (let start = 0; start < fresh.length; start += AT_ONCE) {
      const some = fresh.slice(start, start + AT_ONCE);
      for (const [n, similarities] of this.#similar.toEach(some).entries()) this.#take(some[n], similarities);
    }
    if (gone.size > 0) this.#drop(gone);
    return this.#top;
  }

  #reset(): void {
    this.#known.clear();
    for (const values of this.#top) values.fill(NONE);
    for (const rows of this.#to) rows.fill(-1);
  }

  #take(row: number, similarities: Float32Array): void {
    this.#known.add(row);
    const last = this.#top[this.#top.length - 1];
    for (let item = 0; item < similarities.length; item++) {
      // Of equal ones the newest stays: it is the last to leave a history. NaN is never kept.
      if (similarities[item] >= last[item]) this.#insert(item, similarities[item], row);
    }
  }

  #insert(item: number, value: number, row: number): void {
    const [top, to] = [this.#top, this.#to];
    let place = top.length - 1;
    for (; place > 0 && value >= top[place - 1][item]; place--) {
      top[place][item] = top[place - 1][item];
      to[place][item] = to[place - 1][item];
    }
    top[place][item] = value;
    to[place][item] = row;
  }

  #drop(gone: ReadonlySet<number>): void {
    for (const row of gone) this.#known.delete(row);
    const left = [...this.#known].map((row) => ({ row, values: this.#similar.known(row) }));
    for (let item = 0; item < this.#vectors.count; item++) {
      if (!this.#to.some((rows) => gone.has(rows[item]))) continue;
      for (const [place, values] of this.#top.entries()) {
        values[item] = NONE;
        this.#to[place][item] = -1;
      }
      const last = this.#top[this.#top.length - 1];
      for (const { row, values } of left) {
        const value = values ? values[item] : similarity(this.#vectors, row, item);
        if (value >= last[item]) this.#insert(item, value, row);
      }
    }
  }
}
