import { type Matrix, ScriptMatrix, type Softmax, scriptSoftmax } from './matrix';
import type { Kernel } from './wasm-matrix';

export { type Matrix, queryProducts } from './matrix';

let loading: Promise<void> | null = null;
let kernel: Kernel | null = null;

/** A matrix of zeros, on the kernel if it is loaded, else in JavaScript. */
export function createMatrix(count: number, width: number): Matrix {
  try {
    if (kernel) return kernel.matrix(count, width);
  } catch (thrown) {
    // Memory is short: there may be enough for the next matrix.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return new ScriptMatrix(count, width);
}

/** Uses the kernel if it is loaded. */
export const softmax: Softmax = (...given) => (kernel?.softmax ?? scriptSoftmax)(...given);

/** Backend of the matrices that are made from now on. */
export const matrixBackend = (): 'wasm' | 'javascript' => (kernel ? 'wasm' : 'javascript');

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
  const { compileKernel } = await import('./wasm-matrix');
  kernel = compileKernel();
}
