import { type Matrix, ScriptMatrix, type Softmax, scriptSoftmax, type TableSize } from './matrix';

export { type Matrix, type PlaceTable, queryProducts } from './matrix';

type Make = (count: number, width: number, tables?: readonly TableSize[]) => Matrix;
const scriptMatrix: Make = (...shape) => new ScriptMatrix(...shape);

let loading: Promise<void> | null = null;
let make = scriptMatrix;
let backend: 'wasm' | 'javascript' = 'javascript';
let softmaxOf = scriptSoftmax;

/**
 * A matrix of zeros, on the kernel if it is loaded, else in JavaScript.
 * @param count number of rows
 * @param width number of own columns of each row
 * @param tables of the columns after these. Default: no tables
 */
export const createMatrix: Make = (...shape) => make(...shape);

/** Uses the kernel if it is loaded. */
export const softmax: Softmax = (scores, added, shares) => softmaxOf(scores, added, shares);

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
  const { compileKernel, kernelSoftmax } = await import('./wasm-matrix');
  const kernel = compileKernel();
  make = (...shape) => {
    try {
      if (kernel) return kernel(...shape);
    } catch (thrown) {
      // Memory is short: there may be enough for the next matrix.
      if (!(thrown instanceof RangeError)) throw thrown;
    }
    return scriptMatrix(...shape);
  };
  backend = kernel ? 'wasm' : 'javascript';
  softmaxOf = kernelSoftmax() ?? scriptSoftmax;
}
