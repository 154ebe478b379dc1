import { BINARY } from '../binary/network';
import { compiled, FLOAT, PAGE } from '../compile';
import type { AdamStep, CrossEntropyInput, NetworkKernel, Operand, Place, ProductSize } from './network-kernel';

/** Floats of a page of WebAssembly's memory. */
const PAGE_FLOATS = PAGE / FLOAT;
/** Floats at the beginning of the memory that `product` works in: its PANEL and BLOCK. */
const SCRATCH = 8 * 1024 + 32_768;
/** Floats to begin with: weights and a batch of small networks. */
const START = 32 * PAGE_FLOATS;

/** The functions of `../assembly/network.ts`; addresses in bytes and sizes as there. */
const NAMES = [
  'product',
  'transpose',
  'gelu',
  'softmax',
  'softmaxGradient',
  'addScaledRows',
  'scaleRows',
  'multiply',
  'rowDots',
  'sumRows',
  'unitRows',
  'unitRowsGradient',
  'crossEntropy',
  'sumOfSquares',
  'adam',
] as const;
type Functions = Record<(typeof NAMES)[number], (...given: number[]) => number>;

let module: WebAssembly.Module | null | undefined;

/**
 * A kernel in an instance of its own; the code is compiled once.
 * @returns null where it cannot run: a content security policy forbids WebAssembly, or the device has none with vector
 *   instructions
 * @throws RangeError when memory is short
 */
export function compileNetworkKernel(): NetworkKernel | null {
  if (module === undefined) module = compiled(BINARY);
  return module && new WasmNetworkKernel(module);
}

class WasmNetworkKernel implements NetworkKernel {
  readonly vectors = true;
  readonly #memory = new WebAssembly.Memory({ initial: START / PAGE_FLOATS });
  readonly #functions: Functions;
  #floats = new Float32Array(this.#memory.buffer);
  #used = SCRATCH;

  constructor(code: WebAssembly.Module) {
    this.#functions = functionsOf(new WebAssembly.Instance(code, { env: { memory: this.#memory } }).exports);
  }

  allocate(floats: number): Place {
    const place = this.#used;
    const end = place + floats;
    if (end > this.#floats.length) {
      // At least half as much again: growing copies the memory.
      const more = Math.max(end - this.#floats.length, this.#floats.length / 2);
      this.#memory.grow(Math.ceil(more / PAGE_FLOATS));
      this.#floats = new Float32Array(this.#memory.buffer);
    }
    this.#used = end;
    this.#floats.fill(0, place, end);
    return place;
  }

  mark(): number {
    return this.#used;
  }

  release(mark: number): void {
    this.#used = mark;
  }

  view(place: Place, floats: number): Float32Array {
    return this.#floats.subarray(place, place + floats);
  }

  copy(from: Place, to: Place, floats: number): void {
    this.#floats.copyWithin(to, from, from + floats);
  }

  product(a: Operand, b: Operand, c: Operand, { rows, inner, columns }: ProductSize, add = false): void {
    this.#functions.product(
      a.at * FLOAT,
      a.stride,
      Number(a.transposed ?? false),
      b.at * FLOAT,
      b.stride,
      c.at * FLOAT,
      c.stride,
      rows,
      inner,
      columns,
      Number(add),
      0,
    );
  }

  transpose(from: Operand, to: Operand, rows: number, columns: number): void {
    this.#functions.transpose(from.at * FLOAT, from.stride, to.at * FLOAT, to.stride, rows, columns);
  }

  gelu(x: Place, slope: Place, stride: number, rows: number, columns: number): void {
    this.#functions.gelu(x * FLOAT, slope * FLOAT, stride, rows, columns);
  }

  softmax(x: Place, bias: Place, rows: number, columns: number): void {
    this.#functions.softmax(x * FLOAT, bias * FLOAT, rows, columns);
  }

  softmaxGradient(gates: Place, d: Place, rows: number, columns: number): void {
    this.#functions.softmaxGradient(gates * FLOAT, d * FLOAT, rows, columns);
  }

  addScaledRows(
    out: Place,
    x: Place,
    factors: Place,
    factorStride: number,
    scale: number,
    rows: number,
    columns: number,
  ): number {
    const { addScaledRows } = this.#functions;
    return addScaledRows(out * FLOAT, x * FLOAT, factors * FLOAT, factorStride, scale, rows, columns);
  }

  scaleRows(x: Operand, factors: Place, factorStride: number, rows: number, columns: number): void {
    this.#functions.scaleRows(x.at * FLOAT, x.stride, factors * FLOAT, factorStride, rows, columns);
  }

  multiply(x: Place, y: Place, stride: number, rows: number, columns: number): void {
    this.#functions.multiply(x * FLOAT, y * FLOAT, stride, rows, columns);
  }

  rowDots(a: Place, b: Place, out: Place, outStride: number, rows: number, columns: number): void {
    this.#functions.rowDots(a * FLOAT, b * FLOAT, out * FLOAT, outStride, rows, columns);
  }

  sumRows(x: Place, out: Place, rows: number, columns: number): void {
    this.#functions.sumRows(x * FLOAT, out * FLOAT, rows, columns);
  }

  unitRows(x: Operand, out: Operand, inverses: Place, factor: number, rows: number, columns: number): void {
    const { unitRows } = this.#functions;
    unitRows(x.at * FLOAT, x.stride, out.at * FLOAT, out.stride, inverses * FLOAT, factor, rows, columns);
  }

  unitRowsGradient(
    x: Operand,
    inverses: Place,
    factor: number,
    dy: Operand,
    dx: Operand,
    rows: number,
    columns: number,
  ): void {
    this.#functions.unitRowsGradient(
      x.at * FLOAT,
      x.stride,
      inverses * FLOAT,
      factor,
      dy.at * FLOAT,
      dy.stride,
      dx.at * FLOAT,
      dx.stride,
      rows,
      columns,
    );
  }

  crossEntropy(x: Place, { keep, offset, label, share }: CrossEntropyInput, rows: number, columns: number): number {
    const { crossEntropy } = this.#functions;
    return crossEntropy(x * FLOAT, keep * FLOAT, offset * FLOAT, label * FLOAT, share * FLOAT, rows, columns);
  }

  sumOfSquares(x: Place, floats: number): number {
    return this.#functions.sumOfSquares(x * FLOAT, floats);
  }

  adam(x: Place, gradient: Place, m: Place, v: Place, floats: number, step: AdamStep): void {
    const { scale, rate, beta1, beta2, epsilon, correction1, correction2 } = step;
    this.#functions.adam(
      x * FLOAT,
      gradient * FLOAT,
      m * FLOAT,
      v * FLOAT,
      floats,
      scale,
      rate,
      beta1,
      beta2,
      epsilon,
      correction1,
      correction2,
    );
  }
}

/** @throws TypeError when the module does not export one */
function functionsOf(exports: Record<string, unknown>): Functions {
  const found = NAMES.map((name): [string, (...given: number[]) => number] => {
    const exported = exports[name];
    if (typeof exported !== 'function')
      throw new TypeError('The kernel lacks a function; run scripts/setup.mjs again.');
    return [name, (...given) => Number(exported(...given))];
  });
  return Object.fromEntries(found) as Functions;
}
