import type { ContentVectors } from '../../core/catalog';
import { type ByteMatrix, createByteMatrix } from '../../core/kernel';
import { similarities, vectorOf } from './similarities';

/** Bytes of similarities cached: 80 items of a catalogue of 100,000. */
const MAX_BYTES = 32 * 1024 * 1024;
/**
 * Maximum number of cached items in a smaller catalogue: enough for a short history; a longer one uses no more memory.
 */
const MAX_ITEMS = 100;

/** Parts of a content vector: text and image. */
const PARTS = 2;

/**
 * Content similarities of single items to the whole catalogue, cached for the items requested last: a history grows by
 * one item per choice, so all but one of its similarities are cached from the list before. Once the kernel is loaded, it
 * multiplies the vectors as the 8-bit integers that they were made from, which changes a similarity by less than 1e-4.
 */
export class SimilarityCache {
  readonly #vectors: ContentVectors;
  readonly #known = new Map<number, Float32Array>();
  readonly #most: number;
  #matrix: ByteMatrix | null = null;

  /** @param maxBytes memory for similarities; at least four rows are kept */
  constructor(vectors: ContentVectors, maxBytes = MAX_BYTES) {
    this.#vectors = vectors;
    this.#most = Math.max(4, Math.min(MAX_ITEMS, Math.floor(maxBytes / (4 * Math.max(1, vectors.count)))));
  }

  /** Similarities of item `row` to every item, -1..1. Shared: not to be changed. @returns [count] */
  similaritiesTo(row: number): Float32Array {
    const cached = this.#known.get(row) ?? this.#computed([row])[0];
    this.#keep(row, cached);
    return cached;
  }

  /** Similarities of several items, faster than one by one. All results are in memory at once. @returns [rows][count] */
  similaritiesToEach(rows: readonly number[]): Float32Array[] {
    const unknown = [...new Set(rows)].filter((row) => !this.#known.has(row));
    const computed = new Map<number, Float32Array>();
    if (unknown.length > 1) {
      for (const [n, values] of this.#computed(unknown).entries()) computed.set(unknown[n], values);
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

  /** Dot products of each vector with every item. @returns for each vector [count] */
  products(vectors: readonly Float32Array[]): Float32Array[] {
    return this.#bytes?.products(vectors) ?? vectors.map((vector) => similarities(this.#vectors, vector));
  }

  #computed(rows: readonly number[]): Float32Array[] {
    return this.#bytes?.rowProducts(rows) ?? this.products(rows.map((row) => vectorOf(this.#vectors, row)));
  }

  /** The vectors as integers; null until the kernel is loaded. */
  get #bytes(): ByteMatrix | null {
    const { count, width, values } = this.#vectors;
    if (!this.#matrix) {
      this.#matrix = createByteMatrix(count, width, PARTS);
      this.#matrix?.fillRounded(values);
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
