import { type Tensor2D, tensor2d, valueAndGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../../testing/backends';
import { crossEntropy } from './sasrec-model';

const LOGITS = [
  [1, -2, 0.5],
  [0.3, 0.2, -1e4],
  [4, 5, 6],
];
const LABELS = [2, 0, 1];
const WEIGHTS = [0.5, 0.25, 0];

/** Softmax of a row in doubles. */
function softmaxOf(row: readonly number[]): number[] {
  const powers = row.map((value) => Math.exp(value - Math.max(...row)));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

describe.each(BACKENDS)('crossEntropy on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is the weighted sum over the rows, and so is its gradient', async () => {
    await countingTensors(async () => {
      const constants = [
        tensor2d(LABELS.map((label, n) => LOGITS[n].map((_, column) => (column === label ? WEIGHTS[n] : 0)))),
        tensor2d(WEIGHTS, [3, 1]),
      ];
      const logits = tensor2d(LOGITS);
      const { value, grads } = valueAndGrads((x) => crossEntropy(x as Tensor2D, constants[0], constants[1]))([logits]);
      const shares = LOGITS.map(softmaxOf);
      const loss = shares.reduce((sum, row, n) => sum - WEIGHTS[n] * Math.log(row[LABELS[n]]), 0);
      expect((await value.data())[0]).toBeCloseTo(loss, 5);
      const slopes = await grads[0].data();
      for (const [n, row] of shares.entries()) {
        for (const [column, share] of row.entries()) {
          const slope = WEIGHTS[n] * (share - (column === LABELS[n] ? 1 : 0));
          expect(slopes[3 * n + column]).toBeCloseTo(slope, 6);
        }
      }
      for (const tensor of [...constants, logits, value, ...grads]) tensor.dispose();
    });
  });
});
