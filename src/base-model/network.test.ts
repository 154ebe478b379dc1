import { dispose, memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { disposeParameters, parametersFrom, seededRandom, Trainer } from '../model';
import { categoryTable, useBackend } from '../testing/experts';
import type { OfflineSource } from '../training';
import { offlineBatch } from '../training/offline-batch';
import { disposeTensors, offlineLoss, offlineTensors } from '../training/offline-loss';
import { baseConfig, initialWeights } from './config';
import { disposeTaps, disposeView, historyView, itemRows, tapsOf, userRows } from './network';

const table = categoryTable(24);
const config = baseConfig('sidestream', { embeddingDim: 6, maxSeqLen: 3, heads: 2, blocks: 1 });
const weights = initialWeights(config, table, 4, 1);
const sequences = [Int32Array.of(0, 4, 8, 12), Int32Array.of(1, 5)];
const source: OfflineSource = {
  count: 24,
  own: sequences.map((rows) => new Set(rows)),
  choices: Float32Array.from({ length: 24 }, () => 1),
  total: 24,
  prior: Float32Array.from({ length: 24 }, (_, row) => (row % 3) / 2),
  negatives: 10,
};
const chunks = sequences.map((rows, sequence) => ({ sequence, rows }));

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`the offline loss on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test('is the mean cross-entropy of the steps, computed by hand, and leaves no tensor', async () => {
      const before = memory().numTensors;
      const batch = offlineBatch(chunks, 3, source, seededRandom(1));
      const taps = tapsOf(table, batch.rows);
      const tensors = offlineTensors(batch);
      const parameters = parametersFrom(weights);
      const value = offlineLoss(parameters, config, taps, tensors);
      const items = itemRows(parameters, config, taps);
      const rows = await items.data();
      const at = (row: number): number[] => Array.from(rows.slice(row * 6, row * 6 + 6));
      const sequence = tensor2d(
        Array.from(batch.inputs, (column) => at(column)),
        [6, 6],
      );
      const users = userRows(parameters, config, sequence, tensors.view);
      const vectors = await users.data();
      const width = batch.rows.length;
      let expected = 0;
      for (const [step, label] of batch.labels.entries()) {
        if (label === -1) continue;
        const logits = Array.from({ length: width }, (_, column) => {
          const dot = at(column).reduce((sum, x, d) => sum + x * vectors[step * 6 + d], 0);
          return dot / 0.1 + batch.offset[step * width + column];
        });
        const top = Math.max(...logits);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
        expected += (Math.log(total) + top - logits[label]) / 4;
      }
      expect((await value.data())[0]).toBeCloseTo(expected, 4);
      for (let item = 0; item < width; item++) {
        const length = Math.hypot(...at(item));
        expect(Math.abs(length - 1) < 1e-4 || length === 0).toBe(true);
      }
      dispose([value, items, sequence, users]);
      disposeParameters(parameters);
      disposeTaps(taps);
      disposeTensors(tensors);
      expect(memory().numTensors).toBe(before);
    });

    test('has the gradient of its own slope', async () => {
      const batch = offlineBatch(chunks, 3, source, seededRandom(1));
      const taps = tapsOf(table, batch.rows);
      const tensors = offlineTensors(batch);
      const trainer = new Trainer(weights, Object.keys(weights), { learningRate: 0 });
      const found = trainer.gradients((parameters) => offlineLoss(parameters, config, taps, tensors));
      for (const [name, index] of [
        ['multimodal_encoder.com_dense.weight', 7],
        ['user_encoder.encoder.transformer_blocks.0.multi_head_attention.w_V.weight', 3],
        ['multimodal_encoder.text_encoder.moes.0.experts.0.fc_up.weight', 5],
      ] as const) {
        const slope = await slopeOf(name, index);
        expect((await found.gradients[name].data())[index], name).toBeCloseTo(slope, 2);
      }
      dispose([found.loss, ...Object.values(found.gradients)]);
      trainer.dispose();
      disposeTaps(taps);
      disposeTensors(tensors);

      async function slopeOf(name: string, index: number): Promise<number> {
        const step = 1e-2;
        const values = [];
        for (const move of [step, -step]) {
          const moved = weights[name].values.slice();
          moved[index] += move;
          const parameters = parametersFrom({ ...weights, [name]: { ...weights[name], values: moved } });
          const value = offlineLoss(parameters, config, taps, tensors);
          values.push((await value.data())[0]);
          value.dispose();
          disposeParameters(parameters);
        }
        return (values[0] - values[1]) / (2 * step);
      }
    });
  });
}

test('the mean of a history leaves out padding and what comes later', async () => {
  await useBackend('cpu');
  const view = historyView(Float32Array.of(0, 1, 1, 1, 1, 1), 3);
  const [mean] = view.means;
  const values = [...(await mean.data())];
  const rows = Array.from({ length: 6 }, (_, row) => values.slice(row * 6, row * 6 + 6));
  expect(rows[0]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(rows[2]).toEqual([0, 0.5, 0.5, 0, 0, 0]);
  expect(rows[4]).toEqual([0, 0, 0, 0.5, 0.5, 0]);
  disposeView(view);
});
