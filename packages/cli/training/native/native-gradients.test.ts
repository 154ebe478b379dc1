import { getBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { countingTensors, useBackend } from '../../../../testing/backends';
import { tfjsGradients } from '../../../shop/training/model/gradients';
import { nextSideWindow } from '../../../shop/training/model/next-window';
import { freshSideWeights, type SideConfig } from '../../../shop/training/model/side-weights';
import type { Weights } from '../../../shop/training/model/weights';
import { sideBatch } from '../../../shop/training/side/side-batch';
import { type SideFeatures, sideConfigOf } from '../../../shop/training/side/side-features';
import { sideLoss, sideStep, weightsOfRows } from '../../../shop/training/side/side-loss';
import { nativeGradients } from './native-gradients';

const COUNT = 60;
/** Lengths of the sequences of each batch. */
const BATCHES = [[4, 2], [9, 9, 7, 3], [2]];

beforeAll(() => useBackend('wasm'));

const featuresOf = (columns: SideConfig['inputs']): SideFeatures => {
  const part = (own: number) => ({ columns: own, values: uniform(seededRandom(own), own * COUNT, 1) });
  return {
    count: COUNT,
    inputs: { text: part(columns.text), image: part(columns.image), attributes: part(columns.attributes) },
  };
};

/** A batch of random choices, and the weights with the rows that it reads of embeddings and biases. */
function stepOf(
  lengths: readonly number[],
  config: SideConfig,
  features: SideFeatures,
  weights: Weights,
  dropout: number,
) {
  const random = seededRandom(lengths.length);
  const pieces = lengths.map((length) => ({
    rows: Int32Array.from({ length }, (_, t) => Math.floor(random() * 5) + 5 * t),
    weights: new Float32Array(length).fill(1),
  }));
  const known = Int32Array.from({ length: 50 }, (_, row) => row);
  const batch = sideBatch(pieces, { known, negatives: 20, historyDropout: 0.2 }, random);
  const logPopularity = new Float32Array(COUNT).fill(1);
  const step = sideStep(batch, { config, features, logPopularity, dropout, embeddingDropout: 0.3 }, random);
  return { step, weights: weightsOfRows(weights, batch.rows) };
}

test.each<[string, SideConfig['inputs'], number, number]>([
  ['one expert and dropout', { text: 5, image: 0, attributes: 3 }, 1, 0.2],
  ['all parts, without dropout', { text: 5, image: 4, attributes: 3 }, 1, 0],
  ['a gate over frozen and new experts', { text: 6, image: 0, attributes: 2 }, 2, 0.2],
])('agrees with tfjs in batches of any sizes: %s', async (_, inputs, experts, dropout) => {
  const features = featuresOf(inputs);
  const config = sideConfigOf(features, { width: 8, hidden: 6, decays: [0.4, 0.9] });
  const fresh = freshSideWeights(config, COUNT, seededRandom(1));
  const random = seededRandom(3);
  const moved: Weights = Object.fromEntries(
    Object.entries(fresh).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => value + 0.4 * (random() - 0.5)) },
    ]),
  );
  const weights = experts === 1 ? moved : nextSideWindow(moved, config, {}, {}).weights;
  // The experts of earlier windows are frozen.
  const learning = Object.keys(weights).filter((name) => experts === 1 || !name.includes('.experts.0.'));
  const loss = sideLoss(config);
  const native = (await nativeGradients())(loss);
  for (const lengths of BATCHES) {
    const given = stepOf(lengths, config, features, weights, dropout);
    const expected = await tfjsGradients(loss)(given.step, given.weights, learning);
    const found = await countingTensors(() => native(given.step, given.weights, learning));
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    expect(Object.keys(found.gradients).sort()).toEqual(Object.keys(expected.gradients).sort());
    for (const [name, values] of Object.entries(expected.gradients)) {
      const largest = Math.max(...values.map(Math.abs));
      for (const [at, value] of values.entries())
        expect(Math.abs(found.gradients[name][at] - value), `${name} ${at}`).toBeLessThanOrEqual(1e-4 * largest + 1e-9);
    }
  }
});

test('two losses that are traced while tfjs computes leave its backend as it is', async () => {
  const features = featuresOf({ text: 5, image: 0, attributes: 3 });
  const config = sideConfigOf(features, { width: 8, hidden: 6, decays: [0.4, 0.9] });
  const weights = freshSideWeights(config, COUNT, seededRandom(1));
  const given = stepOf(BATCHES[0], config, features, weights, 0);
  const compute = await nativeGradients();
  const loss = sideLoss(config);
  const found = await Promise.all(
    [compute(loss), tfjsGradients(loss), compute(loss)].map((own) =>
      own(given.step, given.weights, Object.keys(weights)),
    ),
  );
  for (const one of found) expect(one.loss).toBeCloseTo(found[1].loss, 5);
  expect(getBackend()).toBe('wasm');
});
