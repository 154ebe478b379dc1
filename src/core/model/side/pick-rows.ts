import { gather, mul, scatterND, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { differentiable } from '../differentiable';

/**
 * Rows of x [N, D] by index, repeats allowed: [P, D]. tfjs's own gather has no gradient on wasm.
 * @param factors [P, 1] constant factor of each picked row. Default: 1
 */
export function pickRows(x: Tensor2D, rows: Int32Array, factors?: Tensor2D): Tensor2D {
  const [count, width] = x.shape;
  return differentiable<Tensor2D>(
    [x],
    (save) => {
      save(factors ? [factors] : []);
      const picked = gather(x, tensor1d(rows, 'int32')) as Tensor2D;
      return factors ? mul(picked, factors) : picked;
    },
    (dy, [saved]) => {
      const own = saved ? mul(dy, saved) : dy;
      return [scatterND(tensor2d(rows, [rows.length, 1], 'int32'), own, [count, width])];
    },
  );
}
