import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../testing/backends';
import { randomLadders } from '../testing/weights';
import { type ExpandPolicy, expandLayer, mostUsed } from './expand';
import { expertNames, LADDERS, routerNames } from './names';
import { ladderOutputs } from './network';
import { seededRandom, uniform } from './random';
import { storedExpertCounts } from './stored-layer';
import type { Utilization } from './utilization';
import { type Weights, withParameters } from './weights';

const sizes = { dim: 3, bottleneck: 2, experts: [2, 1] };

function expandAll(weights: Weights, policy: ExpandPolicy): Weights {
  let result = weights;
  for (const ladder of LADDERS) {
    for (const layer of storedExpertCounts(weights, ladder).keys()) result = expandLayer(result, ladder, layer, policy);
  }
  return result;
}

const outputs = (weights: Weights, inputs: number[][][]): Promise<number[]> =>
  withParameters(weights, async (parameters) => {
    const [text, image] = tidy(() => {
      const taps = inputs.map((tap) => tensor2d(tap));
      const both = ladderOutputs(parameters, { text: taps, image: taps });
      return [both.text, both.image];
    });
    const result = [...(await text.data()), ...(await image.data())];
    text.dispose();
    image.dispose();
    return result;
  });

describe('the rule of the paper', () => {
  test('the new expert is the mean of the old ones, old router rows stay, the new row is as given', () => {
    const weights = randomLadders(sizes, 1);
    const row = Float32Array.from([7, 8, 9]);
    const expanded = expandLayer(weights, 'image', 0, { kind: 'paper', routerRow: () => row });
    const [first, second, third] = [0, 1, 2].map((index) => expanded[expertNames('image', 0, index).up].values);
    expect([...third]).toEqual(Array.from(first, (value, i) => Math.fround((value + second[i]) / 2)));
    const router = expanded[routerNames('image', 0).weight];
    expect(router.shape).toEqual([4, 3]);
    expect([...router.values]).toEqual([...weights[routerNames('image', 0).weight].values, 7, 8, 9]);
    expect(storedExpertCounts(expanded, 'image')).toEqual([3, 1]);
    expect(storedExpertCounts(weights, 'image')).toEqual([2, 1]);
  });

  test('a random row depends on the seed and the layer alone', () => {
    const weights = randomLadders({ ...sizes, experts: [1, 1] }, 1);
    const row = (layer: number, seed: number) =>
      expandLayer(weights, 'text', layer, { kind: 'paper', seed })[routerNames('text', layer).weight].values.slice(-3);
    expect(row(0, 5)).toEqual(row(0, 5));
    expect(row(0, 5)).not.toEqual(row(0, 6));
    expect(row(0, 5)).not.toEqual(row(1, 5));
    for (const value of row(0, 5)) expect(Math.abs(value)).toBeLessThanOrEqual(1 / Math.sqrt(3));
  });
});

describe('function-preserving expansion', () => {
  test('clones the most used expert and halves its gate', () => {
    const weights = randomLadders(sizes, 2);
    const utilization: Utilization = {
      text: [
        [0.2, 0.5, 0.3],
        [0.5, 0.5],
      ],
      image: [],
    };
    const expanded = expandLayer(weights, 'text', 0, { kind: 'function-preserving', utilization });
    const [source, clone] = [expertNames('text', 0, 0), expertNames('text', 0, 2)];
    expect(expanded[clone.down]).toEqual(weights[source.down]);
    expect(expanded[clone.up]).toEqual(weights[source.up]);
    expect(expanded[clone.up].values).not.toBe(expanded[source.up].values);
    const half = Math.fround(-Math.LN2);
    expect([...expanded[routerNames('text', 0).bias].values]).toEqual([0, half, 0, half]);
  });

  test('without a record of use the newest expert is cloned', () => {
    expect(mostUsed(undefined, 3)).toBe(2);
    expect(mostUsed([0.1, 0.9], 3)).toBe(2);
    expect(mostUsed([0.7, 0.1, 0.15, 0.05], 3)).toBe(1);
  });

  for (const backend of BACKENDS) {
    test(`changes nothing at the moment of expansion, whatever the sizes (${backend})`, async () => {
      await useBackend(backend);
      const cases = fc.record({
        dim: fc.integer({ min: 1, max: 9 }),
        bottleneck: fc.integer({ min: 1, max: 5 }),
        experts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        bias: fc.boolean(),
        items: fc.integer({ min: 1, max: 5 }),
        seed: fc.nat(1e6),
        times: fc.integer({ min: 1, max: 3 }),
      });
      await countingTensors(() =>
        fc.assert(
          fc.asyncProperty(cases, async ({ items, seed, times, ...of }) => {
            const random = seededRandom(seed);
            const inputs = Array.from({ length: of.experts.length + 1 }, () =>
              Array.from({ length: items }, () => Array.from(uniform(random, of.dim, 2))),
            );
            const weights = randomLadders(of, seed);
            let expanded = weights;
            for (let round = 0; round < times; round++) {
              const shares = of.experts.map((count) => Array.from(uniform(random, count + round + 1, 1), Math.abs));
              expanded = expandAll(expanded, {
                kind: 'function-preserving',
                utilization: { text: shares, image: shares },
              });
            }
            expect(storedExpertCounts(expanded, 'text')).toEqual(of.experts.map((count) => count + times));
            const [before, after] = [await outputs(weights, inputs), await outputs(expanded, inputs)];
            for (const [i, value] of before.entries()) expect(Math.abs(after[i] - value)).toBeLessThan(1e-4);
          }),
          { numRuns: 25, seed: 11 },
        ),
      );
    });
  }
});

beforeAll(() => useBackend('cpu'));
