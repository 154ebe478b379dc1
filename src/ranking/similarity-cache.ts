import type { ContentVectors } from '../catalog';
import { rowSimilarities, similarities, vectorOf } from './similarities';

/** Bytes of similarities cached: 80 items of a catalogue of 100,000. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Items cached in a smaller one: as many choices as the terms read, so that memory does not grow with a longer history. */
const MOST_ITEMS = 200;

/**
 * Content similarities of single items to the whole catalogue, cached for the items requested last: a history grows by
 * one item per choice, so all but one of its similarities are cached from the list before.
 */
export class SimilarityCache {
  readonly #vectors: ContentVectors;
  readonly #known = new Map<number, Float32Array>();
  readonly #most: number;

  /** @param mostBytes memory for similarities; at least four rows are kept */
  constructor(vectors: ContentVectors, mostBytes = MOST_BYTES) {
    this.#vectors = vectors;
    this.#most = Math.max(4, Math.min(MOST_ITEMS, Math.floor(mostBytes / (4 * Math.max(1, vectors.count)))));
  }

  /** Similarities of item `row` to every item, -1..1. Shared: not to be changed. @returns [count] */
  similaritiesTo(row: number): Float32Array {
    const cached = this.#known.get(row) ?? similarities(this.#vectors, vectorOf(this.#vectors, row));
    this.#keep(row, cached);
    return cached;
  }

  /** Similarities of several items, faster than one by one. All results are in memory at once. @returns [rows][count] */
  similaritiesToEach(rows: readonly number[]): Float32Array[] {
    const unknown = [...new Set(rows)].filter((row) => !this.#known.has(row));
    const computed = new Map<number, Float32Array>();
    if (unknown.length > 1) {
      for (const [n, values] of rowSimilarities(this.#vectors, unknown).entries()) computed.set(unknown[n], values);
    }
    return rows.map((row) => {
      const values = computed.get(row);
      if (!values) return this.similaritiesTo(row);
      this.#keep(row, values);
      return values;
    });
  }

  /** Similarities of item `row` if they are cached; undefined otherwise. */
  cached(row: number): Float32Array | undefined {
    return this.#known.has(row) ? this.similaritiesTo(row) : undefined;
  }

  #keep(row: number, values: Float32Array): void {
    // Re-inserting makes the map's order the order of use.
    this.#known.delete(row);
    this.#known.set(row, values);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value as number);
  }
}
