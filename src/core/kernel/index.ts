import type { ByteMatrix } from './byte-matrix';
import { type Matrix, ScriptMatrix, type Softmax, scriptSoftmax, type TableSize } from './matrix';

export type { ByteMatrix } from './byte-matrix';
export { type Matrix, type PlaceTable, queryProducts } from './matrix';

let loading: Promise<void> | null = null;
/** Null until the kernel is loaded, or if it cannot run. */
let make: ((count: number, width: number, tables?: readonly TableSize[]) => Matrix) | null = null;
let softmaxOf = scriptSoftmax;
/** Null until the kernel is loaded; if the kernel cannot run, it makes matrices in JavaScript. */
let makeBytes: ((capacity: number, width: number, parts: number) => ByteMatrix) | null = null;

/**
 * A matrix of zeros, on the kernel if it is loaded, else in JavaScript.
 * @param count number of rows
 * @param width number of own columns of each row
 * @param tables of the columns after these. Default: no tables
 */
export function createMatrix(count: number, width: number, tables: readonly TableSize[] = []): Matrix {
  if (make) {
    try {
      return make(count, width, tables);
    } catch (thrown) {
      // Memory is short: JavaScript needs less, and there may be enough for the next matrix.
      if (!(thrown instanceof RangeError)) throw thrown;
    }
  }
  return new ScriptMatrix(count, width, tables);
}

/** Uses the kernel if it is loaded. */
export const softmax: Softmax = (scores, added, shares) => softmaxOf(scores, added, shares);

/**
 * A matrix of 8-bit integers without rows; null until the kernel is loaded.
 * @param capacity maximum number of rows
 * @param width columns of all parts
 * @param parts of a row, of equal width and with a scale each
 */
export const createByteMatrix = (capacity: number, width: number, parts: number): ByteMatrix | null =>
  makeBytes?.(capacity, width, parts) ?? null;

/** What matrices made from now on compute on. */
export const matrixBackend = (): 'wasm' | 'javascript' => (make ? 'wasm' : 'javascript');

/**
 * Loads the kernel once; matrices made afterwards use it. If it cannot run, JavaScript computes the same, more slowly.
 * @throws the error of loading; the next call tries again
 */
export function loadKernel(): Promise<void> {
  loading ??= load().catch((thrown) => {
    loading = null;
    throw thrown;
  });
  return loading;
}

async function load(): Promise<void> {
  const [{ compileKernel, kernelSoftmax }, { byteMatrices }] = await Promise.all([
    import('./wasm-matrix'),
    import('./wasm-byte-matrix'),
  ]);
  make = compileKernel();
  softmaxOf = kernelSoftmax() ?? scriptSoftmax;
  makeBytes = byteMatrices();
}
