import type { ContentVectors } from '../../core/catalog';
import { createMatrix, type Matrix, matrixBackend } from '../../core/kernel';
import { similarities, vectorOf } from './similarities';

/** Bytes of similarities cached: 80 items of a catalogue of 100,000. */
const MAX_BYTES = 32 * 1024 * 1024;
/**
 * Maximum number of cached items in a smaller catalogue: enough for a short history; a longer one uses no more memory.
 */
const MAX_ITEMS = 100;

/**
 * Content similarities of single items to the whole catalogue, cached for the items requested last: a history grows by
 * one item per choice, so all but one of its similarities are cached from the list before. Once the kernel is loaded, it
 * multiplies the vectors.
 */
export class SimilarityCache {
  readonly #known = new Map<number, Float32Array>();
  readonly #most: number;
  #matrix: Matrix | null = null;

  /** @param maxBytes memory for similarities; at least four rows are kept */
  constructor(
    private readonly vectors: ContentVectors,
    maxBytes = MAX_BYTES,
  ) {
    this.#most = Math.max(4, Math.min(MAX_ITEMS, Math.floor(maxBytes / (4 * Math.max(1, vectors.count)))));
  }

  /** Similarities of item `row` to every item, -1..1. Shared: not to be changed. @returns [count] */
  similaritiesTo(row: number): Float32Array {
    return this.similaritiesToEach([row])[0];
  }

  /** Similarities of several items, faster than one by one. All results are in memory at once. @returns [rows][count] */
  similaritiesToEach(rows: readonly number[]): Float32Array[] {
    const unknown = [...new Set(rows)].filter((row) => !this.#known.has(row));
    const computed = this.products(unknown.map((row) => vectorOf(this.vectors, row)));
    const found = new Map(unknown.map((row, n) => [row, computed[n]]));
    // Before any is kept, which may drop another one.
    const all = rows.map((row) => this.#known.get(row) ?? found.get(row)!);
    for (const [n, row] of rows.entries()) this.#keep(row, all[n]);
    return all;
  }

  /** Similarities of item `row` if they are cached; undefined otherwise. */
  cached(row: number): Float32Array | undefined {
    return this.#known.has(row) ? this.similaritiesTo(row) : undefined;
  }

  /** Dot products of each vector with every item. @returns for each vector [count] */
  products(vectors: readonly Float32Array[]): Float32Array[] {
    return this.#copied?.products(vectors) ?? vectors.map((vector) => similarities(this.vectors, vector));
  }

  /** The vectors in the memory of the kernel; null until it is loaded, and if it cannot run. */
  get #copied(): Matrix | null {
    if (!this.#matrix && matrixBackend() === 'wasm') {
      const { count, width } = this.vectors;
      this.#matrix = createMatrix(count, width);
      for (let row = 0; row < count; row++) this.#matrix.row(row).set(vectorOf(this.vectors, row));
    }
    return this.#matrix;
  }

  #keep(row: number, values: Float32Array): void {
    // Re-inserting makes the map's order the order of use.
    this.#known.delete(row);
    this.#known.set(row, values);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value as number);
  }
}
