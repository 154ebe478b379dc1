import { type Tensor, type Tensor1D, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { ladder } from './ladder';
import type { Layer } from './layer';

const GELU_1 = 0.8413447;

const layer = (experts: [number[][], number[][]][], router: number[][]): Layer<Tensor> => ({
  experts: experts.map(([down, up]) => ({ down: tensor2d(down), up: tensor2d(up) })),
  router: { weight: tensor2d(router) },
});
const silent: [number[][], number[][]] = [[[1, 1]], [[0], [0]]];
const even = [
  [0, 0],
  [0, 0],
];

const run = (taps: number[][][], layers: () => Layer<Tensor>[]): Tensor2D =>
  tidy(() =>
    ladder(
      taps.map((tap) => tensor2d(tap)),
      layers(),
    ),
  );

for (const backend of BACKENDS) {
  describe(`ladder on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('with silent experts and even gates every layer is the mean of the next tap and the previous output', async () => {
      const y = run([[[8, 0]], [[4, 4]], [[2, 0]]], () => [layer([silent], even), layer([silent], even)]);
      expect([...(await y.data())]).toEqual([4, 1]);
      y.dispose();
    });

    test('candidates are weighed by their gates: backbone first, then the experts of x', async () => {
      // x = [1, 0]; gates softmax([ln 2, 0, 0]) = [1/2, 1/4, 1/4]; the first expert adds 4 gelu(1) to x[0].
      const y = run([[[1, 0]], [[10, 20]]], () => [
        layer(
          [[[[1, 0]], [[4], [0]]], silent],
          [
            [Math.LN2, 0],
            [0, 0],
            [0, 0],
          ],
        ),
      ]);
      const [first, second] = await y.data();
      expect(first).toBeCloseTo(5 + (1 + 4 * GELU_1) / 4 + 1 / 4, 4);
      expect(second).toBeCloseTo(10, 5);
      y.dispose();
    });

    test('the activation is the mean norm of gate times candidate', async () => {
      const seen: number[][] = [];
      await countingTensors(async () => {
        const kept: Tensor1D[] = [];
        const y = tidy(() =>
          ladder(
            [
              tensor2d([
                [3, 4],
                [0, 0],
              ]),
              tensor2d([
                [6, 8],
                [0, 2],
              ]),
            ],
            [layer([silent], even)],
            {
              onActivation: (index, activation) => {
                expect(index).toBe(0);
                kept.push(activation);
              },
            },
          ),
        );
        for (const activation of kept) {
          seen.push([...(await activation.data())]);
          activation.dispose();
        }
        y.dispose();
      });
      // backbone: (5 + 1) / 2, expert: (2.5 + 0) / 2
      expect(seen).toEqual([[3, 1.25]]);
    });

    test('refuses taps that do not fit', () => {
      const refused = { code: 'model/bad-shape' };
      expect(() => run([[[1, 2]]], () => [layer([silent], even)])).toThrowError(expect.objectContaining(refused));
      expect(() => run([[[1, 2]], [[1, 2, 3]]], () => [layer([silent], even)])).toThrowError(
        expect.objectContaining(refused),
      );
      expect(() => run([[[1, 2]], [[1, 2]]], () => [layer([silent, silent], even)])).toThrowError(
        expect.objectContaining(refused),
      );
    });
  });
}
