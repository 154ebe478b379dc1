import { type ContentVectors, scaleRow } from '../../core/catalog';
import { type ByteMatrix, createByteMatrix, queryProducts } from '../../core/kernel';

/** Dot products of `query` [width] with every row. @returns [count] */
export const similarities = (
  vectors: Pick<ContentVectors, 'count' | 'width' | 'values'>,
  query: Float32Array,
): Float32Array => queryProducts(vectors.values, vectors, query);

/** The row of item `index`, not copied. */
export function vectorOf(vectors: ContentVectors, index: number): Float32Array {
  return vectors.values.subarray(index * vectors.width, (index + 1) * vectors.width);
}

/** Weighted sum of rows, scaled to length 1; zeros for an empty sum. @returns [width] */
export function weightedMean(
  vectors: Pick<ContentVectors, 'width' | 'values'>,
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
): Float32Array {
  const { width, values } = vectors;
  const out = new Float32Array(width);
  for (let n = 0; n < rows.length; n++) {
    const from = rows[n] * width;
    for (let d = 0; d < width; d++) out[d] += weights[n] * values[from + d];
  }
  scaleRow(out, 0, width);
  return out;
}

/** Dot product of two rows, exactly the number that `similarities` gives. */
export function similarity({ width, values }: Pick<ContentVectors, 'width' | 'values'>, a: number, b: number): number {
  let sum = 0;
  for (let n = 0, at = b * width, of = a * width; n < width; n++, at++, of++) sum += values[at] * values[of];
  return Math.fround(sum);
}

/** A content similarity, split into the contributions of text and image. */
export interface ModalitySimilarity {
  text: number;
  image: number;
}

/** Dot product of an item's content vector with a query, by modality: a content vector is text ++ image. */
export function modalitySimilarity(
  { width, values }: Pick<ContentVectors, 'width' | 'values'>,
  row: number,
  query: Float32Array,
): ModalitySimilarity {
  const half = width / 2;
  let [text, image] = [0, 0];
  for (let d = 0, at = row * width; d < half; d++, at++) {
    text += query[d] * values[at];
    image += query[d + half] * values[at + half];
  }
  return { text, image };
}

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
