import { mul, reshape, sum, type Tensor2D, tensor1d, tensor2d, tidy, valueAndGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { seededRandom, uniform } from '../common/random';
import { affine, gelu, layerNorm, linear, logSumExp, pieces, product, type Wanted } from './differentiable';

const random = seededRandom(7);
const matrix = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from(uniform(random, columns, 1)));

/** Gradients of the weighted sum of f, by the tape and by central differences. */
async function compare(f: (inputs: Tensor2D[]) => Tensor2D, inputs: number[][][]): Promise<void> {
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
      await compare(([x, w]) => linear(x, w), [matrix(3, 4), matrix(2, 4)]);
      await compare(([a, b]) => product(a, b), [matrix(3, 4), matrix(4, 2)]);
      await compare(([x]) => gelu(x), [matrix(3, 4)]);
      await compare(([x]) => logSumExp(x), [matrix(3, 4)]);
      await compare(
        ([x, w, b]) => layerNorm(x, { weight: reshape(w, [4]), bias: reshape(b, [4]) }, 1e-6),
        [matrix(3, 4), matrix(1, 4), matrix(1, 4)],
      );
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

    test('logSumExp stays finite for large logits', async () => {
      const y = tidy(() =>
        logSumExp(
          tensor2d([
            [1000, 1000],
            [-1e4, 5],
          ]),
        ),
      );
      const [large, masked] = await y.data();
      expect(large).toBeCloseTo(1000 + Math.LN2, 3);
      expect(masked).toBeCloseTo(5, 5);
      y.dispose();
    });

    test('layerNorm of one row matches a calculation by hand', async () => {
      const y = tidy(() => layerNorm(tensor2d([[1, 3]]), { weight: tensor1d([2, 2]), bias: tensor1d([0, 1]) }, 0));
      expect([...(await y.data())].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([-2, 3]);
      y.dispose();
    });

    test('a weight or bias of another rank is refused', () => {
      const [x, w, b] = [tensor2d([[1, 3]]), tensor2d([[1, 3]]), tensor1d([1])];
      const refused = expect.objectContaining({ code: 'model/bad-shape' });
      expect(() => linear(x, b)).toThrowError(refused);
      expect(() => affine(x, { weight: w, bias: w })).toThrowError(refused);
      expect(() => layerNorm(x, { weight: w, bias: b }, 0)).toThrowError(refused);
      expect(() => layerNorm(x, { weight: b, bias: w }, 0)).toThrowError(refused);
      for (const tensor of [x, w, b]) tensor.dispose();
    });

    test('pieces are the columns or rows in order', async () => {
      const x = tensor2d([[1, 2, 3]]);
      const parts = pieces(x, [1, 2], 1);
      expect(await Promise.all(parts.map(async (part) => [...(await part.data())]))).toEqual([[1], [2, 3]]);
      expect(pieces(x, [3], 1)).toEqual([x]);
      for (const tensor of [x, ...parts]) tensor.dispose();
    });
  });
}
