import type { NetworkKernel } from './network-kernel';
import { ScriptNetworkKernel } from './script-network-kernel';
import { compileNetworkKernel } from './wasm-network-kernel';

export { LANES, type NetworkKernel, type Operand, type Place, padded } from './network-kernel';
export { ScriptNetworkKernel } from './script-network-kernel';

/** A kernel in WebAssembly, or in JavaScript where that cannot run or memory is short. */
export function createNetworkKernel(): NetworkKernel {
  try {
    const kernel = compileNetworkKernel();
    if (kernel) return kernel;
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  return new ScriptNetworkKernel();
}
