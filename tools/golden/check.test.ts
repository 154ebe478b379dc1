import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { dispose, memory, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gradientsOf, type Loss } from '../../packages/shop/training/model/gradients';
import type { Weights } from '../../packages/shop/training/model/weights';
import { seededRandom, uniform } from '../../src/core/common/random';
import { BACKENDS, useBackend } from './backends';
import { checkGolden, plainAdam, QUANTITIES, type Quantity, relativeError, stepOf } from './check';
import { disposeLossTerms, lossTerms } from './loss';
import { batchLoss, type ItemTaps, itemEmbeddings } from './network';
import { withParameters } from './parameters';
import { type Golden, type GoldenPhase, type GoldenWeights, parseGolden } from './published-numbers';
import { randomLadders, randomModel } from './random-model';
import { expertCounts, LADDERS, type Ladder, mapLayers } from './state-dict';
import { attentionMask, disposeMask, lastPositions, userEncoder, userEncoderOf } from './user-encoder';
import { expandByMean, prune, UtilizationMeter } from './windows';

/** Numbers of the reference implementation, if they are beside the checkout. */
const file = resolve(import.meta.dirname, '../../../shared/golden/xsmoe-a.json');
const reference: Golden | null = existsSync(file) ? parseGolden(readFileSync(file, 'utf8')) : null;
if (!reference) console.warn('No reference numbers beside the checkout (../shared/golden): those tests are skipped.');

const worst = async (golden: Golden): Promise<Partial<Record<Quantity, number>>> =>
  Object.fromEntries((await checkGolden(golden)).map(({ quantity, error }) => [quantity, error]));

describe.skipIf(!reference)('the reference implementation', () => {
  for (const backend of BACKENDS) {
    test(`every quantity on ${backend}`, async () => {
      await useBackend(backend);
      const before = memory().numTensors;
      const errors = await checkGolden(reference!);
      expect(memory().numTensors).toBe(before);
      expect(errors.map(({ quantity }) => quantity)).toEqual([...QUANTITIES]);
      for (const { quantity, error } of errors) expect(error, quantity).toBeLessThan(1e-4);
    });
  }
});

const base: Golden['config'] = {
  hiddenDim: 6,
  embeddingDim: 6,
  bottleneckDim: 3,
  maxSeqLen: 4,
  heads: 3,
  blocks: 1,
  tapLayers: 1,
  learningRate: 1e-3,
  pruneThreshold: 0.9,
  layerNormEps: 1e-6,
  adam: { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
};
const model = (config: typeof base, experts: number) => ({
  ...randomModel(config, 3),
  ...randomLadders(
    { dim: config.hiddenDim, bottleneck: config.bottleneckDim, experts: new Array(config.tapLayers).fill(experts) },
    4,
  ),
});

describe('other sizes', () => {
  const sizes: [string, typeof base, number][] = [
    ['two taps, two experts, three heads, one block', base, 2],
    ['four taps, one expert, one head, three blocks', { ...base, tapLayers: 3, heads: 1, blocks: 3, hiddenDim: 5 }, 1],
    ['three taps, three experts, no pruning', { ...base, tapLayers: 2, embeddingDim: 9, pruneThreshold: 0.01 }, 3],
  ];
  test.each(sizes)('%s', async (_, config, experts) => {
    await useBackend('cpu');
    const golden = await ownGolden(config, model(config, experts));
    const again = parseGolden(JSON.stringify(golden));
    await useBackend('wasm');
    for (const [quantity, error] of Object.entries(await worst(again))) expect(error, quantity).toBeLessThan(1e-4);
  });
});

describe('a wrong number is found', () => {
  let golden: Golden;
  beforeAll(async () => {
    await useBackend('wasm');
    golden = await ownGolden(base, model(base, 2));
  });
  const NAME = 'multimodal_encoder.com_dense.weight';
  const change = (rows: (number[] | number)[]): void => {
    const row = rows[0];
    if (typeof row === 'number') return;
    const largest = row.indexOf(row.reduce((top, value) => (Math.abs(value) > Math.abs(top) ? value : top)));
    row[largest] *= 1.2;
  };
  const cases: [Quantity, (phase: GoldenPhase) => void][] = [
    ['item embeddings', ({ steps }) => change(steps[1].itemEmbeddings.slice(-1))],
    ['loss', ({ steps }) => (steps[0].loss *= 1.002)],
    ['gradients', ({ steps }) => change(steps[0].gradients?.[NAME] ?? [])],
    ['gradients', ({ steps }) => delete steps[0].gradients?.[NAME]],
    ['weights after Adam steps', ({ afterSteps }) => change(afterSteps[NAME])],
    ['utilisation', ({ utilization }) => change(utilization.image)],
    ['pruning decisions', ({ expertCounts }) => expertCounts.afterPrune.text[0]++],
    ['weights after pruning', ({ afterPrune }) => change(afterPrune[NAME])],
    ['weights after expansion', ({ afterExpand }) => change(afterExpand[NAME])],
    ['catalogue embeddings', ({ eval: { catalogEmbeddings } }) => change(catalogEmbeddings.slice(3))],
    ['user vectors', ({ eval: { userVectors } }) => change(userVectors)],
    ['scores', ({ eval: { scores } }) => change(scores)],
  ];
  test.each(cases)('in %s', async (quantity, spoil) => {
    const spoilt = structuredClone(golden);
    spoil(spoilt.phases[0]);
    expect((await worst(golden))[quantity]).toBeLessThan(1e-4);
    expect((await worst(spoilt))[quantity]).toBeGreaterThan(1e-3);
  });

  test('and a file that is not a fixture is refused with the field', () => {
    const refuse = (spoil: (copy: Golden) => unknown, message: string): void => {
      const copy = structuredClone(golden);
      spoil(copy);
      expect(() => parseGolden(JSON.stringify(copy))).toThrowError(
        expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(message) }),
      );
    };
    expect(() => parseGolden('{"config"')).toThrowError(expect.objectContaining({ code: 'runtime/invalid-input' }));
    refuse((copy) => Object.assign(copy.config, { heads: 'two' }), 'config.heads');
    refuse((copy) => Object.assign(copy.config, { heads: 4 }), 'config.heads');
    refuse((copy) => copy.features.text[2][1].pop(), 'features.text.2.1');
    refuse((copy) => copy.popularity.pop(), 'features.text');
    refuse((copy) => copy.phases[0].steps[1].mask.pop(), 'phases.0.steps.1.mask');
    refuse((copy) => copy.phases[0].steps[0].itemIds[0].fill(99), 'phases.0.steps.0.itemIds');
    refuse((copy) => Object.assign(copy.phases[0].initial, { x: [[1, 2], [3]] }), 'phases.0.initial.x');
    refuse((copy) => copy.phases[0].eval.scores[1].pop(), 'phases.0.eval.scores.1');
    refuse((copy) => copy.phases.splice(0), 'phases');
  });
});

test('an error is relative to the largest number expected, and to the floor below it', () => {
  expect(relativeError([1, 2.5], [1, 2])).toBeCloseTo(0.25);
  expect(relativeError([0, 0], [0, 0])).toBe(0);
  expect(relativeError([1e-9], [2e-9], 1e-3)).toBeCloseTo(1e-6);
  expect(relativeError([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(relativeError([Number.NaN], [1])).toBe(Number.POSITIVE_INFINITY);
});

const rowsOf = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, row) => Array.from(values).slice(row * width, (row + 1) * width));

const nested = (weights: Weights): GoldenWeights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      shape.length === 1 ? Array.from(values) : rowsOf(values, shape[1]),
    ]),
  );

/** The paper's new router row, [dim]: uniform within the bounds of a fresh linear layer of that width. */
const randomRouterRow = (seed: number, ladder: Ladder, layer: number, dim: number): Float32Array =>
  uniform(seededRandom(seed + layer * 2 + (ladder === 'text' ? 0 : 1)), dim, 1 / Math.sqrt(dim));

/** A fixture of one window with this model's own numbers, on the present compute backend. */
async function ownGolden(config: Golden['config'], initial: Weights, seed = 1): Promise<Golden> {
  const { hiddenDim, embeddingDim, maxSeqLen, tapLayers, learningRate, pruneThreshold } = config;
  const items = 10;
  const random = seededRandom(seed);
  const features = Object.fromEntries(
    LADDERS.map((ladder) => [
      ladder,
      Array.from({ length: items + 1 }, (_, id) =>
        Array.from({ length: tapLayers + 1 }, () => Array.from(uniform(random, hiddenDim, id === 0 ? 0 : 1))),
      ),
    ]),
  ) as Golden['features'];
  const taps = (ids: number[]): ItemTaps => {
    const of = (ladder: Ladder): Tensor2D[] =>
      features[ladder][0].map((_, tap) => tensor2d(ids.map((id) => features[ladder][id][tap])));
    return { text: of('text'), image: of('image') };
  };
  const popularity = [1, ...Array.from(uniform(random, items, 0.1)).map((value) => value + 0.15)];
  const sequence = (length: number, first: number): number[] =>
    Array.from({ length }, (_, i) => (i < length - 3 ? 0 : ((i * 3 + first) % items) + 1));

  const trainable = Object.keys(initial);
  const trainer = plainAdam(initial, trainable, learningRate);
  const meter = new UtilizationMeter();
  const steps: GoldenPhase['steps'] = [];
  for (let step = 0; step < 2; step++) {
    const itemIds = [sequence(maxSeqLen + 1, step), sequence(maxSeqLen + 1, step + 4)];
    const mask = itemIds.map((ids) => ids.slice(0, -1).map((id) => (id === 0 ? 0 : 1)));
    const inputs = {
      taps: taps(itemIds.flat()),
      attention: attentionMask(mask.flat(), maxSeqLen),
      loss: lossTerms({ itemIds, mask }, popularity),
    };
    const weights = trainer.pick(new Int32Array());
    const embeddings = await withParameters(weights, async (parameters) => itemEmbeddings(parameters, inputs.taps));
    const loss: Loss = (parameters) => batchLoss(parameters, config, inputs);
    const found = await gradientsOf(loss, weights, trainable);
    const gradients = Object.fromEntries(
      Object.entries(found.gradients).map(([name, values]) => [name, { shape: weights[name].shape, values }]),
    );
    const value = await stepOf(trainer, (parameters) =>
      batchLoss(parameters, config, inputs, { onActivation: meter.record }),
    );
    await meter.collect();
    steps.push({
      itemIds,
      mask,
      itemEmbeddings: rowsOf(embeddings.dataSync(), embeddingDim),
      loss: value,
      ...(step === 0 ? { gradients: nested(gradients) } : {}),
    });
    dispose([embeddings, ...inputs.taps.text, ...inputs.taps.image]);
    disposeMask(inputs.attention);
    disposeLossTerms(inputs.loss);
  }
  const afterSteps = { ...initial, ...trainer.read() };
  const { weights: afterPrune } = prune(afterSteps, meter.shares, pruneThreshold);
  const afterExpand = mapLayers(afterPrune, (layer, ladder, index) =>
    expandByMean(layer, randomRouterRow(seed, ladder, index, hiddenDim)),
  );
  const itemIds = [sequence(maxSeqLen, 2), sequence(maxSeqLen, 5)];
  const mask = itemIds.map((ids) => ids.map((id) => (id === 0 ? 0 : 1)));
  const shown = await withParameters(afterExpand, async (parameters) => {
    const all = taps(Array.from({ length: items + 1 }, (_, id) => id));
    const chosen = taps(itemIds.flat());
    const attention = attentionMask(mask.flat(), maxSeqLen);
    const catalog = itemEmbeddings(parameters, all);
    const encoded = userEncoder(userEncoderOf(parameters), config, itemEmbeddings(parameters, chosen), attention);
    const users = rowsOf(lastPositions(encoded, maxSeqLen).dataSync(), embeddingDim);
    const catalogEmbeddings = rowsOf(catalog.dataSync(), embeddingDim);
    const scores = users.map((user) =>
      catalogEmbeddings.map((item) => item.reduce((sum, value, d) => sum + value * user[d], 0)),
    );
    return { itemIds, mask, catalogEmbeddings, userVectors: users, scores };
  });
  return {
    config,
    features,
    popularity,
    phases: [
      {
        initial: nested(initial),
        trainable,
        steps,
        afterSteps: nested(afterSteps),
        utilization: meter.shares,
        afterPrune: nested(afterPrune),
        afterExpand: nested(afterExpand),
        expertCounts: { before: expertCounts(initial), afterPrune: expertCounts(afterPrune) },
        eval: shown,
      },
    ],
  };
}
