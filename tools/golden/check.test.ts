import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { NODE_BACKENDS, startCompute } from '../../src/shop/training/compute';
import { randomLadders, randomModel } from '../../src/testing/weights';
import { checkGolden, QUANTITIES, type Quantity, relativeError } from './check';
import { ownGolden } from './own-numbers';
import { type Golden, type GoldenPhase, parseGolden } from './published-numbers';

/** Numbers of the reference implementation, if they are beside the checkout. */
const file = resolve(import.meta.dirname, '../../../shared/golden/xsmoe-a.json');
const reference: Golden | null = existsSync(file) ? parseGolden(readFileSync(file, 'utf8')) : null;
if (!reference) console.warn('No reference numbers beside the checkout (../shared/golden): those tests are skipped.');

const worst = async (golden: Golden): Promise<Partial<Record<Quantity, number>>> =>
  Object.fromEntries((await checkGolden(golden)).map(({ quantity, error }) => [quantity, error]));

describe.skipIf(!reference)('the reference implementation', () => {
  for (const backend of NODE_BACKENDS) {
    test(`every quantity on ${backend}`, async () => {
      await startCompute(backend);
      const before = memory().numTensors;
      const errors = await checkGolden(reference!);
      expect(memory().numTensors).toBe(before);
      expect(errors.map(({ quantity }) => quantity)).toEqual([...QUANTITIES]);
      for (const { quantity, error } of errors) expect(error, quantity).toBeLessThan(1e-4);
    });
  }
});

const base = {
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
    await startCompute('cpu');
    const golden = await ownGolden(config, model(config, experts));
    const again = parseGolden(JSON.stringify(golden));
    await startCompute('wasm');
    for (const [quantity, error] of Object.entries(await worst(again))) expect(error, quantity).toBeLessThan(1e-4);
  });
});

describe('a wrong number is found', () => {
  let golden: Golden;
  beforeAll(async () => {
    await startCompute('wasm');
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
