import { BINARY } from './binary/matrix-products';
import { compiled, FLOAT, PAGE } from './compile';
import type { Matrix } from './matrix';

/** A function of `assembly/matrix-products.ts`; addresses in bytes and sizes as there. */
type Multiplication = (
  rows: number,
  count: number,
  width: number,
  vectors: number,
  vectorCount: number,
  out: number,
) => void;

/** Columns, and rows, that the functions multiply at a time. */
const TOGETHER = 4;
/** Queries, or lists of weights, of one call at most. Even. */
const MOST_AT_ONCE = 8;

/**
 * Compiles the functions.
 * @returns makes matrices with them, and throws a RangeError when memory is short; null where they cannot run: a content security
 *   policy forbids WebAssembly, or the device has none with vector instructions
 */
export function compileKernel(): ((count: number, width: number) => Matrix) | null {
  const module = compiled(BINARY);
  return module && ((count, width) => new WasmMatrix(module, count, width));
}

/** The matrix in the memory of an instance of its own, padded with zeros to what the functions multiply at a time. */
class WasmMatrix implements Matrix {
  readonly #rows: number;
  readonly #columns: number;
  readonly #values: Float32Array;
  /** Queries or lists of weights, and the results. */
  readonly #input: Float32Array;
  readonly #output: Float32Array;
  readonly #functions: Record<'products' | 'weightedSums', Multiplication>;

  constructor(
    module: WebAssembly.Module,
    readonly count: number,
    readonly width: number,
  ) {
    this.#rows = padded(count, TOGETHER);
    this.#columns = padded(width, TOGETHER);
    const floats = this.#rows * this.#columns;
    const longest = MOST_AT_ONCE * Math.max(this.#rows, this.#columns);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(((floats + 2 * longest) * FLOAT) / PAGE) });
    const { products, weightedSums } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.#functions = { products: multiplication(products), weightedSums: multiplication(weightedSums) };
    this.#values = new Float32Array(memory.buffer, 0, floats);
    this.#input = new Float32Array(memory.buffer, floats * FLOAT, longest);
    this.#output = new Float32Array(memory.buffer, (floats + longest) * FLOAT, longest);
  }

  row(row: number): Float32Array {
    const from = row * this.#columns;
    return this.#values.subarray(from, from + this.width);
  }

  setColumn(column: number, values: Float32Array): void {
    const [all, columns] = [this.#values, this.#columns];
    for (let row = 0, at = column; row < this.count; row++, at += columns) all[at] = values[row];
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    const { products } = this.#functions;
    return this.#inParts(queries, products, { from: this.#columns, to: this.#rows, length: this.count });
  }

  weightedSums(weights: readonly Float32Array[]): Float32Array[] {
    const { weightedSums } = this.#functions;
    return this.#inParts(weights, weightedSums, { from: this.#rows, to: this.#columns, length: this.width });
  }

  /**
   * @param from places of each vector in the memory
   * @param to places of each result
   * @param length of each result, without the padding
   */
  #inParts(
    vectors: readonly Float32Array[],
    multiply: Multiplication,
    { from, to, length }: { from: number; to: number; length: number },
  ): Float32Array[] {
    const out: Float32Array[] = [];
    for (let first = 0; first < vectors.length; first += MOST_AT_ONCE) {
      const part = vectors.slice(first, first + MOST_AT_ONCE);
      const count = padded(part.length, 2);
      this.#input.fill(0, 0, count * from);
      for (const [n, vector] of part.entries()) this.#input.set(vector, n * from);
      this.#output.fill(0, 0, count * to);
      multiply(0, this.#rows, this.#columns, this.#input.byteOffset, count, this.#output.byteOffset);
      for (const n of part.keys()) out.push(this.#output.slice(n * to, n * to + length));
    }
    return out;
  }
}

/** @throws TypeError when the module does not export it */
function multiplication(exported: unknown): Multiplication {
  if (typeof exported !== 'function') throw new TypeError('The kernel lacks a function; run scripts/setup.mjs again.');
  return (...given) => void exported(...given);
}

const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;
