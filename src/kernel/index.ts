import type { Matrix } from './matrix';
import { ScriptMatrix } from './script-matrix';
import { WasmMatrix } from './wasm-matrix';

export type { Matrix } from './matrix';

/** Whether WebAssembly has failed here once: a page's content security policy, or a device without vector instructions. */
let forbidden = false;

/** A matrix of zeros. @param count rows */
export function createMatrix(count: number, width: number): Matrix {
  if (!forbidden && typeof WebAssembly === 'object') {
    try {
      return new WasmMatrix(count, width);
    } catch (thrown) {
      // Not a failure: JavaScript computes the same, and only more slowly.
      if (!(thrown instanceof RangeError)) forbidden = true;
    }
  }
  return new ScriptMatrix(count, width);
}
