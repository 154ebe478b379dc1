import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { gates } from './router';

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
