import { BINARY } from './binary/matrix-products';
import { GivenTable, type Matrix, type Softmax, type TableSize } from './matrix';

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65_536;
/** Bytes of a 32-bit float. */
const FLOAT = 4;

/**
 * Compiles a kernel.
 * @param binary as built by the set-up, base64
 * @returns null if it cannot run: a content security policy forbids WebAssembly, or the device lacks its vector instructions
 */
function compiled(binary: string): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(binary), (letter) => letter.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** A function of the kernel; addresses in bytes and sizes as in its source. */
type KernelFunction = (...given: number[]) => number;

/** @throws TypeError when the module lacks one of them */
function functionsOf<Name extends string>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  names: readonly Name[],
): Record<Name, KernelFunction> {
  const exported = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = names.map((name): [Name, KernelFunction] => {
    const found = exported[name];
    if (typeof found !== 'function') throw new TypeError('The kernel lacks a function; run scripts/setup.mjs again.');
    return [name, (...given) => Number(found(...given))];
  });
  return Object.fromEntries(functions) as Record<Name, KernelFunction>;
}

const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** The functions of `assembly/matrix-products.ts`. */
const NAMES = ['products', 'weightedSums', 'addPlaced', 'placedWeights', 'highest', 'softmax'] as const;

/** Number of columns, and of rows, that the functions multiply at a time. */
const TOGETHER = 4;
/** Maximum number of queries, or lists of weights, per call. */
const MAX_PER_CALL = 8;

/**
 * Compiles the functions.
 * @returns a factory of matrices, which throws a RangeError when memory is short; null if the functions cannot run: a
 *   content security policy forbids WebAssembly, or the device lacks its vector instructions
 */
export function compileKernel(): ((count: number, width: number, tables?: readonly TableSize[]) => Matrix) | null {
  const module = compiled(BINARY);
  return module && ((count, width, tables = []) => new WasmMatrix(module, count, width, tables));
}

/** @returns as `scriptSoftmax`; null if the functions cannot run */
export function kernelSoftmax(): Softmax | null {
  const module = compiled(BINARY);
  if (!module) return null;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { highest, softmax } = functionsOf(module, memory, NAMES);
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
  readonly tables: readonly GivenTable[];
  readonly #rows: number;
  readonly #columns: number;
  readonly #values: Float32Array;
  /** Queries or lists of weights, and the results. */
  readonly #input: Float32Array;
  readonly #output: Float32Array;
  /** The same for the rows of a table, and room to transpose them in. */
  readonly #ofTable: Float32Array;
  readonly #room: Float32Array;
  readonly #functions: Record<(typeof NAMES)[number], KernelFunction>;

  constructor(
    module: WebAssembly.Module,
    readonly count: number,
    readonly width: number,
    tables: readonly TableSize[],
  ) {
    this.#rows = padded(count, TOGETHER);
    this.#columns = padded(width, TOGETHER);
    const sizes = tables.map((table) => ({
      ...table,
      tableRows: padded(table.rows + 1, TOGETHER),
      columns: padded(table.width, TOGETHER),
    }));
    const longest = Math.max(this.#rows, this.#columns, ...sizes.map(({ columns }) => columns));
    const most = Math.max(0, ...sizes.map(({ tableRows }) => tableRows));
    const lengths = [
      this.#rows * this.#columns,
      MAX_PER_CALL * longest,
      MAX_PER_CALL * longest,
      MAX_PER_CALL * most,
      MAX_PER_CALL * most,
      ...sizes.flatMap(({ tableRows, columns }) => [tableRows * columns, this.#rows, this.#rows]),
    ];
    const floats = lengths.reduce((sum, length) => sum + length, 0);
    const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * FLOAT) / PAGE) });
    let from = 0;
    const next = (): Float32Array => {
      const length = lengths.shift() ?? 0;
      from += length * FLOAT;
      return new Float32Array(memory.buffer, from - length * FLOAT, length);
    };
    this.#functions = functionsOf(module, memory, NAMES);
    [this.#values, this.#input, this.#output, this.#ofTable, this.#room] = [next(), next(), next(), next(), next()];
    this.tables = sizes.map(({ width: own, columns }) => {
      const [values, before, beyond] = [next(), next(), next()];
      return new GivenTable(
        values,
        own,
        columns,
        new Int32Array(memory.buffer, before.byteOffset, before.length),
        beyond,
      );
    });
  }

  row(row: number): Float32Array {
    const from = row * this.#columns;
    return this.#values.subarray(from, from + this.width);
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    const { products, addPlaced } = this.#functions;
    return inParts(queries, (part, count) => {
      this.#give(part, this.#columns, 0, this.width);
      products(0, this.#rows, this.#columns, this.#input.byteOffset, count, this.#output.byteOffset);
      let from = this.width;
      for (const table of this.tables) {
        const { values, rows, columns, width } = table;
        this.#give(part, columns, from, from + width);
        products(values.byteOffset, rows, columns, this.#input.byteOffset, count, this.#ofTable.byteOffset);
        this.#byFour(addPlaced, table, count, this.#output);
        from += width;
      }
      return part.map((_, n) => this.#output.slice(n * this.#rows, n * this.#rows + this.count));
    });
  }

  weightedSums(weights: readonly Float32Array[], given?: readonly Float32Array[]): Float32Array[] {
    const { weightedSums, placedWeights } = this.#functions;
    const all = this.tables.reduce((sum, { width }) => sum + width, this.width);
    return inParts(weights, (part, count, first) => {
      const out = part.map((_, n) => given?.[first + n] ?? new Float32Array(all));
      const take = (from: number, width: number, columns: number): void => {
        for (const [n, sum] of out.entries()) sum.set(this.#output.subarray(n * columns, n * columns + width), from);
      };
      this.#give(part, this.#rows, 0, this.count);
      this.#output.fill(0, 0, count * this.#columns);
      weightedSums(0, this.#rows, this.#columns, this.#input.byteOffset, count, this.#output.byteOffset);
      take(0, this.width, this.#columns);
      let from = this.width;
      for (const table of this.tables) {
        const { values, rows, columns, width } = table;
        this.#byFour(placedWeights, table, count, this.#input);
        this.#output.fill(0, 0, count * columns);
        weightedSums(values.byteOffset, rows, columns, this.#ofTable.byteOffset, count, this.#output.byteOffset);
        take(from, width, columns);
        from += width;
      }
      return out;
    });
  }

  /** Writes a part of some vectors, padded with zeros to `length`. */
  #give(vectors: readonly Float32Array[], length: number, from: number, to: number): void {
    for (const [n, vector] of vectors.entries()) {
      this.#input.set(vector.subarray(from, to), n * length);
      this.#input.fill(0, n * length + to - from, (n + 1) * length);
    }
  }

  /** Calls a function for four vectors at a time. @param ofItems [vectors, items] */
  #byFour(call: KernelFunction, { before, beyond, rows }: GivenTable, vectors: number, ofItems: Float32Array): void {
    for (let n = 0; n < vectors; n += 4) {
      const [items, table] = [ofItems.byteOffset + n * this.#rows * FLOAT, this.#ofTable.byteOffset + n * rows * FLOAT];
      call(before.byteOffset, beyond.byteOffset, this.#rows, items, rows, table, this.#room.byteOffset);
    }
  }
}

/**
 * @param multiply multiplies the vectors from `first` on, up to the maximum per call; `count` is their number, rounded up to
 * a whole number of pairs
 */
function inParts(
  vectors: readonly Float32Array[],
  multiply: (part: readonly Float32Array[], count: number, first: number) => Float32Array[],
): Float32Array[] {
  const out: Float32Array[] = [];
  for (let first = 0; first < vectors.length; first += MAX_PER_CALL) {
    const part = vectors.slice(first, first + MAX_PER_CALL);
    out.push(...multiply(part, padded(part.length, 2), first));
  }
  return out;
}
