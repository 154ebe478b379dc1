import { sum, type Tensor2D, tensor1d, tensor2d, tidy, valueAndGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { BACKENDS, countingTensors, useBackend } from '../../../../testing/backends';
import { compareGradients } from '../../../../testing/gradients';
import { affine, gelu, linear, product, type Wanted } from './differentiable';

const random = seededRandom(7);
const matrix = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from(uniform(random, columns, 1)));

for (const backend of BACKENDS) {
  describe(`differentiable operations on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('linear is x times the transposed weight', async () => {
      const y = tidy(() =>
        linear(
          tensor2d([[1, 2]]),
          tensor2d([
            [3, 4],
            [5, 6],
            [0, 1],
          ]),
        ),
      );
      expect([...(await y.data())]).toEqual([11, 17, 2]);
      y.dispose();
    });

    test('product is a plain matrix product', async () => {
      const y = tidy(() =>
        product(
          tensor2d([[1, 2]]),
          tensor2d([
            [3, 4],
            [5, 6],
          ]),
        ),
      );
      expect([...(await y.data())]).toEqual([13, 16]);
      y.dispose();
    });

    test('gradients agree with differences', async () => {
      await compareGradients(([x, w]) => linear(x, w), [matrix(3, 4), matrix(2, 4)]);
      await compareGradients(([a, b]) => product(a, b), [matrix(3, 4), matrix(4, 2)]);
      await compareGradients(([x]) => gelu(x), [matrix(3, 4)]);
    });

    test('an unneeded gradient is not computed, the other one is unchanged', async () => {
      const [a, b] = [matrix(3, 4), matrix(2, 4)];
      await countingTensors(async () => {
        const gradient = async (wanted: Wanted, of: 0 | 1): Promise<number[]> => {
          const inputs: [Tensor2D, Tensor2D] = [tensor2d(a), tensor2d(b)];
          const run = (x: Tensor2D) => sum(linear(of === 0 ? x : inputs[0], of === 1 ? x : inputs[1], wanted));
          const { grads, value } = valueAndGrads((x) => run(x as Tensor2D))([inputs[of]]);
          const data = [...(await grads[0].data())];
          for (const tensor of [...inputs, ...grads, value]) tensor.dispose();
          return data;
        };
        expect(await gradient('left', 0)).toEqual(await gradient('both', 0));
        expect(await gradient('right', 1)).toEqual(await gradient('both', 1));
      });
    });

    test('gelu uses the exact normal distribution', async () => {
      const y = tidy(() => gelu(tensor2d([[0, 1, -1, 3, -8]])));
      const expected = [0, 0.8413447, -0.1586553, 2.9959503, 0];
      for (const [i, value] of (await y.data()).entries()) expect(value).toBeCloseTo(expected[i], 5);
      y.dispose();
    });

    test('a weight or bias of another rank is refused', () => {
      const [x, w, b] = [tensor2d([[1, 3]]), tensor2d([[1, 3]]), tensor1d([1])];
      const refused = expect.objectContaining({ code: 'model/bad-shape' });
      expect(() => linear(x, b)).toThrowError(refused);
      expect(() => affine(x, { weight: w, bias: w })).toThrowError(refused);
      for (const tensor of [x, w, b]) tensor.dispose();
    });
  });
}
