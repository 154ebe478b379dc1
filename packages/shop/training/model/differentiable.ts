import {
  add,
  customGrad,
  erf,
  exp,
  type GradSaveFunc,
  matMul,
  mul,
  registerGradient,
  square,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { addGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Add_grad';
import { concatGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Concat_grad';
import { identityGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Identity_grad';
import { multiplyGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Multiply_grad';
import { reshapeGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Reshape_grad';
import { sliceGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Slice_grad';
import { softmaxGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Softmax_grad';
import { subGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Sub_grad';
import { sumGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Sum_grad';
import { tanhGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Tanh_grad';
import { SidestreamError } from '../../../../src/error';

// tfjs-core registers no gradients by itself. The model uses these, each with kernels on cpu, wasm and webgpu; all other
// differentiated operations have their own gradient below. Registering all gradients would add 60 kB.
const CONFIGS = [
  addGradConfig,
  concatGradConfig,
  identityGradConfig,
  multiplyGradConfig,
  reshapeGradConfig,
  sliceGradConfig,
  softmaxGradConfig,
  subGradConfig,
  sumGradConfig,
  tanhGradConfig,
];

for (const config of CONFIGS) registerGradient(config);

/** Arguments of a product that need a gradient. Skipping the other arguments saves their matrix products. */
export type Wanted = 'both' | 'left' | 'right';

/** A function of tensors with a custom gradient. */
export function differentiable<T extends Tensor>(
  inputs: Tensor[],
  forward: (save: GradSaveFunc) => T,
  backward: (dy: T, saved: Tensor[]) => Tensor[],
): T {
  return customGrad<T>((...args) => ({
    value: forward(args[args.length - 1] as GradSaveFunc),
    gradFunc: backward,
  }))(...inputs);
}

// The wasm backend is ten times slower on transposed or batched products, and the stock gradient of matMul
// transposes. The two products below transpose first, which makes every matMul plain in both directions.

/**
 * x [N, in] times weight [out, in] transposed: [N, out].
 * @throws SidestreamError `model/bad-shape` when the weight is no matrix
 */
export function linear(x: Tensor2D, weight: Tensor, wanted: Wanted = 'both'): Tensor2D {
  checkRank(weight, 2);
  const forward = (save: GradSaveFunc): Tensor2D => {
    save([x, weight]);
    return matMul(x, transpose(weight));
  };
  const left = (dy: Tensor2D, saved: Tensor[]): Tensor2D => matMul(dy, saved[1] as Tensor2D);
  const right = (dy: Tensor2D, [input]: Tensor[]): Tensor2D =>
    // A transposition costs as much as the product, so the smaller matrices are transposed.
    weight.shape[0] > x.shape[1]
      ? transpose(matMul(transpose(input as Tensor2D), dy))
      : matMul(transpose(dy), input as Tensor2D);
  return withWanted(x, weight, wanted, forward, left, right);
}

/** x [N, in] times weight [out, in] transposed, plus bias [out]: [N, out]. No bias is the same as zeros. */
export function affine(x: Tensor2D, { weight, bias }: { weight: Tensor; bias?: Tensor }, wanted?: Wanted): Tensor2D {
  const y = linear(x, weight, wanted);
  if (!bias) return y;
  checkRank(bias, 1);
  return add(y, bias);
}

/** @throws SidestreamError `model/bad-shape` when the weight has another rank */
export function checkRank({ rank, shape }: Tensor, expected: number): void {
  if (rank === expected) return;
  throw new SidestreamError(
    'model/bad-shape',
    `A weight has shape [${shape}] but needs ${expected} dimensions; load weights of this model.`,
  );
}

/** a [N, M] times b [M, P]: [N, P]. */
export function product(a: Tensor2D, b: Tensor2D, wanted: Wanted = 'both'): Tensor2D {
  const forward = (save: GradSaveFunc): Tensor2D => {
    save([a, b]);
    return matMul(a, b);
  };
  const left = (dy: Tensor2D, saved: Tensor[]): Tensor2D => matMul(dy, transpose(saved[1] as Tensor2D));
  const right = (dy: Tensor2D, saved: Tensor[]): Tensor2D => matMul(transpose(saved[0] as Tensor2D), dy);
  return withWanted(a, b, wanted, forward, left, right);
}

function withWanted(
  a: Tensor2D,
  b: Tensor,
  wanted: Wanted,
  forward: (save: GradSaveFunc) => Tensor2D,
  left: (dy: Tensor2D, saved: Tensor[]) => Tensor2D,
  right: (dy: Tensor2D, saved: Tensor[]) => Tensor2D,
): Tensor2D {
  if (wanted === 'left') return differentiable<Tensor2D>([a], forward, (dy, saved) => [left(dy, saved)]);
  if (wanted === 'right') return differentiable<Tensor2D>([b], forward, (dy, saved) => [right(dy, saved)]);
  return differentiable<Tensor2D>([a, b], forward, (dy, saved) => [left(dy, saved), right(dy, saved)]);
}

/** Exact GELU: x * Phi(x) with the normal distribution function by erf (not the tanh approximation). */
export function gelu(x: Tensor2D): Tensor2D {
  return differentiable<Tensor2D>(
    [x],
    (save) => {
      const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5) as Tensor2D;
      save([x, cdf]);
      return mul(x, cdf);
    },
    (dy, [input, cdf]) => {
      const density = mul(exp(mul(square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [mul(dy, add(cdf, mul(input, density)))];
    },
  );
}
