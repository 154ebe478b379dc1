/**
 * Rows of 8-bit integers, as bundles store them. Each has one or several parts of equal width, such as text and picture,
 * each with its own scale: a value is integer times scale.
 */
export interface ByteRows {
  readonly count: number;
  /** [count, width] */
  readonly values: Int8Array;
  /** [count, parts] */
  readonly scales: Float32Array;
}

/** A vector that rows are multiplied with, as integers. */
export interface ByteQuery {
  /** [width]; so small that no sum leaves 32 bits, see `byteQuery` */
  readonly values: Int16Array;
  /** [parts] */
  readonly scales: Float32Array;
}

/**
 * Rows of 8-bit integers that are multiplied as a whole, with vector instructions if the browser allows WebAssembly, else in
 * JavaScript. Both sum integers and scale them in the same order: results are bit-identical.
 */
export abstract class ByteMatrix {
  /** Whether it uses vector instructions; JavaScript takes about thirty times as long. */
  abstract readonly vectorized: boolean;
  /** Rows at present. */
  count = 0;

  /**
   * @param capacity maximum number of rows
   * @param width columns of all parts
   */
  constructor(
    readonly capacity: number,
    readonly width: number,
    readonly parts: number,
  ) {}

  /** Copies rows to row `at` (default 0, at most `count`) and the following ones; they become the last rows. */
  abstract fill(rows: ByteRows, at?: number): void;
  /** For each query [count]. */
  protected abstract multiply(queries: readonly ByteQuery[]): Float32Array[];
  protected abstract queryOf(row: number): ByteQuery;

  /**
   * Copies rows of floats as `fill` does, each part rounded to 127 times its largest value. Floats that were made from such
   * integers lose nothing.
   * @param values [count, width]
   */
  fillRounded(values: Float32Array): void {
    this.fill(roundedRows(values, this.width, this.parts));
  }

  /**
   * Dot products of every row with each query, [width], which is rounded to integers of 15 bits.
   * @returns for each query [count]
   */
  products(queries: readonly Float32Array[]): Float32Array[] {
    return this.multiply(queries.map((query) => byteQuery(query, this.parts)));
  }

  /**
   * Dot products of every row with some of the rows, exact except for the scales.
   * @returns for each of these rows [count]
   */
  rowProducts(rows: readonly number[]): Float32Array[] {
    return this.multiply(rows.map((row) => this.queryOf(row)));
  }
}

export type MakeBytes = (capacity: number, width: number, parts: number) => ByteMatrix;

/** Largest magnitude of a 16-bit integer whose negative also fits. */
const MAX_INT16 = 32_767;
/** Largest magnitude of an integer in a row, and of one made by rounding. */
const MAX_ROW_INTEGER = 128;
const MAX_ROUNDED_INTEGER = 127;

/**
 * A vector as a query. Each part is rounded to integers of 15 bits, or of fewer if it is so long that sums would overflow 32
 * bits: at up to 512 columns, a product with a row of length 1 changes by less than 4e-4 of the largest value.
 * @param vector [width]; non-finite values count as 0
 */
export function byteQuery(vector: Float32Array, parts: number): ByteQuery {
  const own = vector.length / parts;
  const most = Math.min(MAX_INT16, Math.floor((2 ** 31 - 1) / (MAX_ROW_INTEGER * own)));
  const values = new Int16Array(vector.length);
  const scales = new Float32Array(parts);
  for (let part = 0; part < parts; part++) scales[part] = round(vector, part * own, own, most, values);
  return { values, scales };
}

/**
 * Rows as integers: if they were made from integers up to 127, those integers, up to a common factor.
 * @param values [count, width]
 */
export function roundedRows(values: Float32Array, width: number, parts: number): ByteRows {
  const own = width / parts;
  const count = values.length / width;
  const integers = new Int8Array(values.length);
  const scales = new Float32Array(count * parts);
  for (let part = 0; part < scales.length; part++)
    scales[part] = round(values, part * own, own, mostOf(values, part * own, own), integers);
  return { count, values: integers, scales };
}

/** Tolerance for the quotient of two 32-bit floats made from integers to count as an integer. */
const QUOTIENT_TOLERANCE = 1e-3;

/** The magnitude of the largest integer that some values were made from; the largest possible if no such integer exists. */
function mostOf(from: Float32Array, start: number, length: number): number {
  let largest = 0;
  for (let at = start; at < start + length; at++) largest = Math.max(largest, Math.abs(from[at]));
  // Features are made with the largest possible integer, so the first candidate nearly always fits.
  for (let most = MAX_ROUNDED_INTEGER; most > 0; most--) {
    let at = start;
    while (at < start + length && isNearlyWhole((from[at] / largest) * most)) at++;
    if (at === start + length) return most;
  }
  return MAX_ROUNDED_INTEGER;
}

const isNearlyWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < QUOTIENT_TOLERANCE;

/** Rounds some values to integers of magnitude `most` or less. @returns their scale, 0 if all are 0 */
function round(from: Float32Array, start: number, length: number, most: number, to: Int8Array | Int16Array): number {
  let largest = 0;
  for (let at = start; at < start + length; at++) {
    const size = Math.abs(from[at]);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  const scale = Math.fround(largest / most);
  // Values so small that their scale underflows 32 bits become 0.
  if (scale === 0) return 0;
  for (let at = start; at < start + length; at++) {
    const rounded = Math.round(from[at] / scale);
    // Needed for non-finite values, and if rounding of the scale exceeds the range.
    to[at] = Math.abs(rounded) <= most ? rounded : Number.isFinite(rounded) ? Math.sign(rounded) * most : 0;
  }
  return scale;
}

/** The matrix in JavaScript, for pages whose content security policy forbids WebAssembly, and devices without it. */
export class ScriptByteMatrix extends ByteMatrix {
  readonly vectorized = false;
  readonly #values: Int8Array;
  readonly #scales: Float32Array;

  constructor(capacity: number, width: number, parts: number) {
    super(capacity, width, parts);
    this.#values = new Int8Array(capacity * width);
    this.#scales = new Float32Array(capacity * parts);
  }

  fill({ count, values, scales }: ByteRows, at = 0): void {
    this.#values.set(values, at * this.width);
    this.#scales.set(scales, at * this.parts);
    this.count = at + count;
  }

  protected queryOf(row: number): ByteQuery {
    const { width, parts } = this;
    return {
      values: Int16Array.from(this.#values.subarray(row * width, (row + 1) * width)),
      scales: this.#scales.slice(row * parts, (row + 1) * parts),
    };
  }

  protected multiply(queries: readonly ByteQuery[]): Float32Array[] {
    return queries.map((query) => {
      const out = new Float32Array(this.count);
      for (let part = 0; part < this.parts; part++) this.#addPart(out, query, part);
      return out;
    });
  }

  /** Four rows at a time: the processor computes independent sums in parallel. */
  #addPart(out: Float32Array, query: ByteQuery, part: number): void {
    const { width, parts } = this;
    const rows = this.#values;
    const own = width / parts;
    const wanted = query.values.subarray(part * own, (part + 1) * own);
    const count = this.count;
    const whole = count - (count % 4);
    for (let row = 0; row < whole; row += 4) {
      let a = 0;
      let b = 0;
      let c = 0;
      let e = 0;
      for (let d = 0, at = row * width + part * own; d < own; d++, at++) {
        const x = wanted[d];
        a = (a + rows[at] * x) | 0;
        b = (b + rows[at + width] * x) | 0;
        c = (c + rows[at + 2 * width] * x) | 0;
        e = (e + rows[at + 3 * width] * x) | 0;
      }
      out[row] += this.#scaled(query, part, row, a);
      out[row + 1] += this.#scaled(query, part, row + 1, b);
      out[row + 2] += this.#scaled(query, part, row + 2, c);
      out[row + 3] += this.#scaled(query, part, row + 3, e);
    }
    for (let row = whole; row < count; row++) {
      let sum = 0;
      for (let d = 0, at = row * width + part * own; d < own; d++, at++) sum = (sum + rows[at] * wanted[d]) | 0;
      out[row] += this.#scaled(query, part, row, sum);
    }
  }

  /** Rounded to 32 bits after every step, as vector instructions do. */
  #scaled({ scales }: ByteQuery, part: number, row: number, sum: number): number {
    const scale = Math.fround(this.#scales[row * this.parts + part] * scales[part]);
    return Math.fround(scale * Math.fround(sum));
  }
}
