import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, countingTensors, useBackend } from '../testing/backends';
import { randomLadders } from '../testing/weights';
import { expandByClone, expandByMean, mostUsed, randomRouterRow } from './expand';
import { ladderOutputs } from './network';
import { seededRandom, uniform } from './random';
import { expertCounts, layersOf, mapLayers } from './state-dict';
import { type Weights, withParameters } from './weights';

const sizes = { dim: 3, bottleneck: 2, experts: [2, 1] };

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
    const [layer] = layersOf(randomLadders(sizes, 1), 'image');
    const { experts, router } = expandByMean(layer, Float32Array.from([7, 8, 9]));
    const [first, second, third] = experts.map(({ up }) => up.values);
    expect([...third]).toEqual(Array.from(first, (value, i) => Math.fround((value + second[i]) / 2)));
    expect(router.weight.shape).toEqual([4, 3]);
    expect([...router.weight.values]).toEqual([...layer.router.weight.values, 7, 8, 9]);
    expect(router.bias).toBe(undefined);
    expect(experts).toHaveLength(3);
    expect(layer.experts).toHaveLength(2);
  });

  test('a router with a bias gains a bias of 0', () => {
    const [layer] = layersOf(randomLadders({ ...sizes, bias: true }, 1), 'image');
    const { router } = expandByMean(layer, Float32Array.from([7, 8, 9]));
    expect(router.bias?.shape).toEqual([4]);
    expect([...(router.bias?.values ?? [])]).toEqual([...(layer.router.bias?.values ?? []), 0]);
  });

  test('a random row depends on the seed and the layer alone', () => {
    const row = (layer: number, seed: number) => randomRouterRow(seed, 'text', layer, 3);
    expect(row(0, 5)).toEqual(row(0, 5));
    expect(row(0, 5)).not.toEqual(row(0, 6));
    expect(row(0, 5)).not.toEqual(row(1, 5));
    for (const value of row(0, 5)) expect(Math.abs(value)).toBeLessThanOrEqual(1 / Math.sqrt(3));
  });
});

describe('function-preserving expansion', () => {
  test('clones the most used expert and halves its gate', () => {
    const [layer] = layersOf(randomLadders(sizes, 2), 'text');
    const { experts, router } = expandByClone(layer, mostUsed([0.2, 0.5, 0.3], 2));
    expect(experts[2]).toEqual(layer.experts[0]);
    expect(experts[2].up.values).not.toBe(experts[0].up.values);
    const half = Math.fround(-Math.LN2);
    expect([...(router.bias?.values ?? [])]).toEqual([0, half, 0, half]);
    expect(layer.router.bias).toBe(undefined);
  });

  test('without shares the newest expert is cloned', () => {
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
              expanded = mapLayers(expanded, (layer, _, index) =>
                expandByClone(layer, mostUsed(shares[index], layer.experts.length)),
              );
            }
            expect(expertCounts(expanded).text).toEqual(of.experts.map((count) => count + times));
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
