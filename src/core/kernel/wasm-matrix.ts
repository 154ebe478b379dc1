import { BINARY } from './binary/matrix-products';
import type { Matrix, Softmax } from './matrix';

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65_536;
/** Bytes of a 32-bit float. */
const FLOAT = 4;

const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** The functions of `assembly/matrix-products.ts`; addresses in bytes and sizes as there. */
type KernelFunctions = Record<'products' | 'weightedSums' | 'highest' | 'softmax', (...given: number[]) => number>;

const functionsOf = (module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunctions =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as KernelFunctions;

/** Number of columns, and of rows, that the functions multiply at a time. */
const TOGETHER = 4;
/** Maximum number of queries, or lists of weights, per call. */
const MAX_PER_CALL = 8;

export interface Kernel {
  /** A matrix of zeros. @throws RangeError when memory is short */
  matrix(count: number, width: number): Matrix;
  softmax: Softmax;
}

/** @returns null if the kernel cannot run: a content security policy forbids WebAssembly, or the device lacks its vector instructions */
export function compileKernel(): Kernel | null {
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(BINARY), (letter) => letter.charCodeAt(0)));
    return { matrix: (count, width) => new WasmMatrix(module, count, width), softmax: softmaxOn(module) };
  } catch {
    return null;
  }
}

function softmaxOn(module: WebAssembly.Module): Softmax {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { highest, softmax } = functionsOf(module, memory);
  return (scores, added, shares) => {
    const { length } = scores;
    const count = padded(length, TOGETHER);
    const missing = 2 * count * FLOAT - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const values = new Float32Array(memory.buffer, 0, 2 * count);
    values.set(scores);
    values.fill(Number.NEGATIVE_INFINITY, length, count);
    if (added) values.set(added, count);
    else values.fill(0, count);
    const most = highest(0, count, count * FLOAT);
    const total = softmax(0, count, most);
    shares?.set(values.subarray(0, length));
    return Math.log(total) + most;
  };
}

/** The matrix in the memory of its own instance, padded with zeros to the functions' block size. */
class WasmMatrix implements Matrix {
  readonly #rows: number;
  readonly #columns: number;
  readonly #values: Float32Array;
  /** Queries or lists of weights, and the results. */
  readonly #input: Float32Array;
  readonly #output: Float32Array;
  readonly #functions: KernelFunctions;

  constructor(
    module: WebAssembly.Module,
    readonly count: number,
    readonly width: number,
  ) {
    this.#rows = padded(count, TOGETHER);
    this.#columns = padded(width, TOGETHER);
    const [size, room] = [this.#rows * this.#columns, MAX_PER_CALL * Math.max(this.#rows, this.#columns)];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(((size + 2 * room) * FLOAT) / PAGE) });
    this.#functions = functionsOf(module, memory);
    this.#values = new Float32Array(memory.buffer, 0, size);
    this.#input = new Float32Array(memory.buffer, size * FLOAT, room);
    this.#output = new Float32Array(memory.buffer, (size + room) * FLOAT, room);
  }

  row(row: number): Float32Array {
    const from = row * this.#columns;
    return this.#values.subarray(from, from + this.width);
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    return inParts(queries, (part, count) => {
      this.#give(part, this.#columns);
      this.#functions.products(0, this.#rows, this.#columns, this.#input.byteOffset, count, this.#output.byteOffset);
      return part.map((_, n) => this.#output.slice(n * this.#rows, n * this.#rows + this.count));
    });
  }

  weightedSums(weights: readonly Float32Array[]): Float32Array[] {
    return inParts(weights, (part, count) => {
      this.#give(part, this.#rows);
      this.#output.fill(0, 0, count * this.#columns);
      this.#functions.weightedSums(
        0,
        this.#rows,
        this.#columns,
        this.#input.byteOffset,
        count,
        this.#output.byteOffset,
      );
      return part.map((_, n) => this.#output.slice(n * this.#columns, n * this.#columns + this.width));
    });
  }

  /** Writes some vectors, padded with zeros to `length`. */
  #give(vectors: readonly Float32Array[], length: number): void {
    for (const [n, vector] of vectors.entries()) {
      this.#input.set(vector, n * length);
      this.#input.fill(0, n * length + vector.length, (n + 1) * length);
    }
  }
}

/** @param multiply multiplies up to the maximum per call; `count` is their number, rounded up to a whole number of pairs */
function inParts(
  vectors: readonly Float32Array[],
  multiply: (part: readonly Float32Array[], count: number) => Float32Array[],
): Float32Array[] {
  const out: Float32Array[] = [];
  for (let first = 0; first < vectors.length; first += MAX_PER_CALL) {
    const part = vectors.slice(first, first + MAX_PER_CALL);
    out.push(...multiply(part, padded(part.length, 2)));
  }
  return out;
}
