import { type Matrix, ScriptMatrix, type Softmax, scriptSoftmax } from './matrix';

export { type Matrix, queryProducts } from './matrix';

type Make = (count: number, width: number) => Matrix;
const scriptMatrix: Make = (count, width) => new ScriptMatrix(count, width);

let loading: Promise<void> | null = null;
let make = scriptMatrix;
let backend: 'wasm' | 'javascript' = 'javascript';
let softmaxOf = scriptSoftmax;

/** A matrix of zeros, on the kernel if it is loaded, else in JavaScript. */
export const createMatrix: Make = (count, width) => make(count, width);

/** Uses the kernel if it is loaded. */
export const softmax: Softmax = (scores, added, shares) => softmaxOf(scores, added, shares);

/** Backend of the matrices that are made from now on. */
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
  make = (count, width) => {
    try {
      if (kernel) return kernel(count, width);
    } catch (thrown) {
      // Memory is short: there may be enough for the next matrix.
      if (!(thrown instanceof RangeError)) throw thrown;
    }
    return scriptMatrix(count, width);
  };
  backend = kernel ? 'wasm' : 'javascript';
  softmaxOf = kernelSoftmax() ?? scriptSoftmax;
}
