import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { compareGradients } from '../../testing/gradients';
import { type Batch, disposeLossTerms, inBatchLoss, logSumExp, lossTerms } from './loss';

// Columns: 0 padding, 1 item 1, 2 item 2 (user 0); 3 item 3, 4 item 1, 5 item 4 (user 1).
const batch: Batch = {
  itemIds: [
    [0, 1, 2],
    [3, 1, 4],
  ],
  mask: [
    [0, 1],
    [1, 1],
  ],
};
const popularity = [1, 0.4, 0.3, 0.2, 0.1];
const items = [0, 0.5, -1, 2, 0.5, 1.5];
const users = [9, 1, -2, 0.5];

/** Row, label column and the columns that count, worked out by hand. */
const ROWS: [number, number, number[]][] = [
  [1, 2, [2, 3, 5]], // item 1 belongs to user 0, even in user 1's column
  [2, 4, [4, 2]], // the label is item 1 in column 4; the same item in column 1 does not count
  [3, 5, [5, 2]],
];
const columnItems = [0, 1, 2, 3, 1, 4];
const logit = (row: number, column: number): number =>
  users[row] * items[column] - Math.log(popularity[columnItems[column]]);
const expected =
  ROWS.reduce((sum, [row, label, columns]) => {
    const total = columns.reduce((part, column) => part + Math.exp(logit(row, column)), 0);
    return sum + Math.log(total) - logit(row, label);
  }, 0) / ROWS.length;

for (const backend of BACKENDS) {
  describe(`in-batch loss on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('equals the loss over the columns that count', async () => {
      await countingTensors(async () => {
        const terms = lossTerms(batch, popularity);
        const [u, e] = [tensor2d(users, [4, 1]), tensor2d(items, [6, 1])];
        const loss = inBatchLoss(u, e, terms);
        expect((await loss.data())[0]).toBeCloseTo(expected, 4);
        for (const tensor of [u, e, loss]) tensor.dispose();
        disposeLossTerms(terms);
      });
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

    test('the gradient of logSumExp agrees with differences', async () => {
      await compareGradients(
        ([x]) => logSumExp(x),
        [
          [
            [0.1, -0.4, 0.9],
            [-0.8, 0.2, 0.5],
          ],
        ],
      );
    });
  });
}

test('only the columns worked out by hand count', async () => {
  const terms = lossTerms(batch, popularity);
  const keep = await terms.keep.array();
  for (const [row, , columns] of ROWS) {
    expect(keep[row].flatMap((value, column) => (value === 1 ? [column] : []))).toEqual([...columns].sort());
  }
  expect(Array.from(await terms.rowWeight.data(), (weight) => Math.round(weight * 3))).toEqual([0, 1, 1, 1]);
  disposeLossTerms(terms);
});

test('refuses meaningless batches', async () => {
  const refused = expect.objectContaining({ code: 'model/bad-shape' });
  expect(() =>
    lossTerms(
      {
        itemIds: [
          [0, 1, 2],
          [3, 1],
        ],
        mask: [[0, 1], [1]],
      },
      popularity,
    ),
  ).toThrowError(refused);
  expect(() => lossTerms({ itemIds: [[0, 1, 2]], mask: [[0, 0]] }, popularity)).toThrowError(refused);
  expect(() => lossTerms({ itemIds: [[0, 1, 7]], mask: [[0, 1]] }, popularity)).toThrowError(refused);
  expect(() => lossTerms({ itemIds: [], mask: [] }, popularity)).toThrowError(refused);
});
