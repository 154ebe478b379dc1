import { sum, type Tensor2D, tensor2d, tidy, valueAndGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { expert } from './expert';

const GELU_1 = 0.8413447;

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
