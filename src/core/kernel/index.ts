import { type Matrix, ScriptMatrix, type Softmax, scriptSoftmax, type TableSize } from './matrix';
import type { ByteMatrix } from './wasm-byte-matrix';

export { type Matrix, type PlaceTable, queryProducts } from './matrix';
export type { ByteMatrix } from './wasm-byte-matrix';

type Make = (count: number, width: number, tables?: readonly TableSize[]) => Matrix;
const scriptMatrix: Make = (...shape) => new ScriptMatrix(...shape);

let loading: Promise<void> | null = null;
let make = scriptMatrix;
let backend: 'wasm' | 'javascript' = 'javascript';
let softmaxOf = scriptSoftmax;
let makeBytes: (...shape: [capacity: number, width: number, parts: number]) => ByteMatrix | null = () => null;

/**
 * A matrix of zeros, on the kernel if it is loaded, else in JavaScript.
 * @param count number of rows
 * @param width number of own columns of each row
 * @param tables of the columns after these. Default: no tables
 */
export const createMatrix: Make = (...shape) => make(...shape);

/** Uses the kernel if it is loaded. */
export const softmax: Softmax = (scores, added, shares) => softmaxOf(scores, added, shares);

/**
 * A matrix of 8-bit integers without rows; null until the kernel is loaded, if it cannot run, and if memory is short: the caller
 * then multiplies floats.
 * @param capacity maximum number of rows
 * @param width columns of all parts
 * @param parts of a row, of equal width and with a scale each
 */
export const createByteMatrix = (capacity: number, width: number, parts: number): ByteMatrix | null =>
  makeBytes(capacity, width, parts);

/** What matrices made from now on compute on. */
export const matrixBackend = (): 'wasm' | 'javascript' => backend;

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
  const [{ compileKernel, kernelSoftmax }, { compileByteKernel }] = await Promise.all([
    import('./wasm-matrix'),
    import('./wasm-byte-matrix'),
  ]);
  const kernel = compileKernel();
  make = orElse(kernel, scriptMatrix);
  backend = kernel ? 'wasm' : 'javascript';
  softmaxOf = kernelSoftmax() ?? scriptSoftmax;
  makeBytes = orElse(compileByteKernel(), () => null);
}

/** Makes a matrix otherwise if the kernel cannot run, or if memory is short: there may be enough for the next matrix. */
const orElse =
  <Shape extends unknown[], T>(kernel: ((...shape: Shape) => T) | null, otherwise: (...shape: Shape) => T) =>
  (...shape: Shape): T => {
    try {
      if (kernel) return kernel(...shape);
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
    }
    return otherwise(...shape);
  };
