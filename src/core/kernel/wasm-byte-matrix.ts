import { BINARY } from './binary/byte-products';
import { type ByteQuery, type ByteRows, byteQuery, roundedRows } from './byte-matrix';
import { compiled, FLOAT, functionsOf, type KernelFunction, PAGE, padded } from './wasm-matrix';

/** Number of rows, and of columns of a part, that the functions multiply at a time. */
const ROWS_TOGETHER = 4;
const COLUMNS_TOGETHER = 16;
/** Maximum number of queries per call. */
const MAX_PER_CALL = 8;

/**
 * Compiles the functions.
 * @returns a factory of matrices, which throws a RangeError when memory is short; null if the functions cannot run: a
 *   content security policy forbids WebAssembly, or the device lacks its vector instructions
 */
export function compileByteKernel(): ((capacity: number, width: number, parts: number) => ByteMatrix) | null {
  const module = compiled(BINARY);
  return module && ((...shape) => new ByteMatrix(module, ...shape));
}

/**
 * Rows of 8-bit integers that are multiplied as a whole, in the memory of its own instance, padded with zeros to the
 * functions' block size.
 */
export class ByteMatrix {
  /** Rows at present. */
  count = 0;
  readonly #stride: number;
  /** Columns of a part, without and with the padding. */
  readonly #own: number;
  readonly #columns: number;
  readonly #values: Int8Array;
  /** [parts, stride] */
  readonly #scales: Float32Array;
  readonly #queries: Int16Array;
  readonly #queryScales: Float32Array;
  readonly #output: Float32Array;
  /** Of `assembly/byte-products.ts`. */
  readonly #products: KernelFunction;

  /**
   * @param capacity maximum number of rows
   * @param width columns of all parts
   */
  constructor(
    module: WebAssembly.Module,
    readonly capacity: number,
    private readonly width: number,
    private readonly parts: number,
  ) {
    this.#stride = padded(capacity, ROWS_TOGETHER);
    this.#own = width / parts;
    this.#columns = padded(this.#own, COLUMNS_TOGETHER);
    const rowBytes = parts * this.#columns;
    const sizes = {
      values: this.#stride * rowBytes,
      scales: FLOAT * parts * this.#stride,
      queries: 2 * MAX_PER_CALL * rowBytes,
      queryScales: padded(FLOAT * MAX_PER_CALL * parts, 16),
      output: FLOAT * MAX_PER_CALL * this.#stride,
    };
    const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    this.#products = functionsOf(module, memory, ['products']).products;
    let at = 0;
    const place = (size: number): number => {
      at += size;
      return at - size;
    };
    const { buffer } = memory;
    this.#values = new Int8Array(buffer, place(sizes.values), sizes.values);
    this.#scales = new Float32Array(buffer, place(sizes.scales), sizes.scales / FLOAT);
    this.#queries = new Int16Array(buffer, place(sizes.queries), sizes.queries / 2);
    this.#queryScales = new Float32Array(buffer, place(sizes.queryScales), sizes.queryScales / FLOAT);
    this.#output = new Float32Array(buffer, place(sizes.output), sizes.output / FLOAT);
  }

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
    return this.#multiply(queries.map((query) => byteQuery(query, this.parts)));
  }

  /**
   * Dot products of every row with some of the rows, exact except for the scales.
   * @returns for each of these rows [count]
   */
  rowProducts(rows: readonly number[]): Float32Array[] {
    return this.#multiply(rows.map((row) => this.#queryOf(row)));
  }

  /** Copies rows to row `at` (default 0, at most `count`) and the following ones; they become the last rows. */
  fill({ count, values, scales }: ByteRows, at = 0): void {
    const { parts } = this;
    this.count = at + count;
    if (this.#columns === this.#own) this.#values.set(values, at * this.width);
    else {
      for (let part = 0; part < count * parts; part++) {
        const own = values.subarray(part * this.#own, (part + 1) * this.#own);
        this.#values.set(own, (at * parts + part) * this.#columns);
      }
    }
    for (let part = 0; part < parts; part++) {
      const to = part * this.#stride + at;
      for (let row = 0; row < count; row++) this.#scales[to + row] = scales[row * parts + part];
    }
  }

  #queryOf(row: number): ByteQuery {
    const values = new Int16Array(this.width);
    const scales = new Float32Array(this.parts);
    for (let part = 0; part < this.parts; part++) {
      const from = (row * this.parts + part) * this.#columns;
      values.set(this.#values.subarray(from, from + this.#own), part * this.#own);
      scales[part] = this.#scales[part * this.#stride + row];
    }
    return { values, scales };
  }

  #multiply(queries: readonly ByteQuery[]): Float32Array[] {
    const out: Float32Array[] = [];
    for (let first = 0; first < queries.length; first += MAX_PER_CALL) {
      const part = queries.slice(first, first + MAX_PER_CALL);
      this.#call(part);
      for (const n of part.keys()) out.push(this.#output.slice(n * this.#stride, n * this.#stride + this.count));
    }
    return out;
  }

  #call(queries: readonly ByteQuery[]): void {
    const { parts } = this;
    for (const [n, { values, scales }] of queries.entries()) {
      for (let part = 0; part < parts; part++) {
        const own = values.subarray(part * this.#own, (part + 1) * this.#own);
        this.#queries.set(own, (n * parts + part) * this.#columns);
      }
      this.#queryScales.set(scales, n * parts);
    }
    this.#products(
      0,
      this.#scales.byteOffset,
      padded(this.count, ROWS_TOGETHER),
      this.#stride,
      parts,
      this.#columns,
      this.#queries.byteOffset,
      this.#queryScales.byteOffset,
      queries.length,
      this.#output.byteOffset,
    );
  }
}
