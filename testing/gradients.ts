import { mul, sum, type Tensor2D, tensor2d, tidy, valueAndGrads } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { seededRandom, uniform } from '../src/core/common/random';
import { countingTensors } from './backends';

/** Gradients of the weighted sum of f, by the tape and by central differences. */
export async function compareGradients(f: (inputs: Tensor2D[]) => Tensor2D, inputs: number[][][]): Promise<void> {
  await countingTensors(async () => {
    const tensors = inputs.map((input) => tensor2d(input));
    const probe = tidy(() => f(tensors));
    const weights = tensor2d(uniform(seededRandom(3), probe.size, 1), probe.shape);
    const value = (...given: Tensor2D[]) => sum(mul(f(given), weights));
    const { grads, value: at } = valueAndGrads((...given) => value(...(given as Tensor2D[])))(tensors);
    for (const [index, input] of inputs.entries()) {
      const gradient = await grads[index].data();
      for (let i = 0; i < gradient.length; i++) {
        const [row, column] = [Math.floor(i / input[0].length), i % input[0].length];
        const moved = (by: number): number =>
          tidy(() => {
            const changed = input.map((line, r) => line.map((x, c) => (r === row && c === column ? x + by : x)));
            return value(
              ...tensors.map((tensor, other) => (other === index ? tensor2d(changed) : tensor)),
            ).dataSync()[0];
          });
        const step = 0.01;
        expect(gradient[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
      }
    }
    for (const tensor of [...tensors, ...grads, weights, probe, at]) tensor.dispose();
  });
}
