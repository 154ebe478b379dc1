import {
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { expert, fuse, gates, ladder } from './network';
import type { Layer } from './state-dict';

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

for (const backend of BACKENDS) {
  describe(`expert on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('adds up(gelu(down(x))) to x', async () => {
      const [x, down, up] = [tensor2d([[1, 3]]), tensor2d([[1, 0]]), tensor2d([[2], [0]])];
      const y = await countingTensors(() => tidy(() => expert(x, { down, up })), 1);
      const [first, second] = await y.data();
      expect(first).toBeCloseTo(1 + 2 * GELU_1, 5);
      expect(second).toBeCloseTo(3, 6);
      for (const tensor of [x, down, up, y]) tensor.dispose();
    });

    test('a frozen expert passes the gradient to its input but gets none itself', async () => {
      const inputs = [tensor2d([[1, 3]]), tensor2d([[1, 0.5]]), tensor2d([[2], [1]])];
      const run = (frozen: boolean) =>
        valueAndGrads((x, down, up) => sum(expert(x as Tensor2D, { down, up }, { frozen })));
      const open = run(false)(inputs);
      expect(() => run(true)(inputs)).toThrow(/gradient/i);
      const closed = valueAndGrads((x) =>
        sum(expert(x as Tensor2D, { down: inputs[1], up: inputs[2] }, { frozen: true })),
      )([inputs[0]]);
      expect([...(await closed.grads[0].data())]).toEqual([...(await open.grads[0].data())]);
    });
  });
}

for (const backend of BACKENDS) {
  describe(`router on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('gates are the softmax of the rows', async () => {
      const [x, weight] = [
        tensor2d([[Math.log(3), 5]]),
        tensor2d([
          [0, 0],
          [1, 0],
        ]),
      ];
      const gate = await countingTensors(() => tidy(() => gates(x, { weight })), 1);
      const [backbone, expert] = await gate.data();
      expect(backbone).toBeCloseTo(0.25, 6);
      expect(expert).toBeCloseTo(0.75, 6);
      for (const tensor of [x, weight, gate]) tensor.dispose();
    });

    test('a bias shifts the gates', async () => {
      const gate = tidy(() =>
        gates(tensor2d([[1, 1]]), {
          weight: tensor2d([
            [0, 0],
            [0, 0],
          ]),
          bias: tensor1d([Math.log(4), 0]),
        }),
      );
      expect((await gate.data())[0]).toBeCloseTo(0.8, 6);
      gate.dispose();
    });
  });
}

test('the fusion takes the image first', async () => {
  await useBackend('cpu');
  const weight = tensor2d([
    [1, 0, 0, 0],
    [0, 0, 0, 1],
  ]);
  const [image, text, bias] = [tensor2d([[1, 2]]), tensor2d([[3, 4]]), tensor1d([10, 20])];
  const y = await countingTensors(() => tidy(() => fuse(image, text, { weight, bias })), 1);
  expect([...(await y.data())]).toEqual([11, 24]);
});
