import { tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { randomLadders } from './random-model';
import { expertCounts, layersOf } from './state-dict';
import { expandByMean, expertToPrune, normalize, prune, UtilizationMeter } from './windows';

beforeAll(() => useBackend('cpu'));

test('adds the passes up before it takes shares', async () => {
  const meter = new UtilizationMeter();
  await countingTensors(async () => {
    meter.record('text', 0, tensor1d([1, 1]));
    meter.record('text', 0, tensor1d([0, 6]));
    meter.record('text', 1, tensor1d([3, 1]));
    await meter.collect();
  });
  expect(meter.shares).toEqual({
    text: [
      [0.125, 0.875],
      [0.75, 0.25],
    ],
    image: [],
  });
});

test('discarded passes do not count', async () => {
  const meter = new UtilizationMeter();
  await countingTensors(() => {
    meter.record('image', 0, tensor1d([1, 1]));
    meter.discard();
  });
  await meter.collect();
  expect(meter.shares).toEqual({ text: [], image: [] });
});

test('without activity, the shares are equal', () => {
  expect(normalize([0, 0])).toEqual([0.5, 0.5]);
});

describe('the expert to remove', () => {
  test('has the smallest share among the experts, without the backbone, below tau, as in the paper', () => {
    // Alone: 0.2/0.5 = 0.4, 0.1/0.5 = 0.2, 0.2/0.5 = 0.4
    const shares = [0.5, 0.2, 0.1, 0.2];
    expect(expertToPrune(shares, 0.21)).toBe(1);
    expect(expertToPrune(shares, 0.2)).toBe(null);
  });

  test('the only expert stays', () => {
    expect(expertToPrune([0.99, 0.01], 1)).toBe(null);
  });
});

test('the expert goes with its router row and bias; the later ones move up', () => {
  const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [3, 1], bias: true }, 3);
  const { weights: rest, pruned } = prune(
    weights,
    {
      text: [
        [0.4, 0.3, 0.05, 0.25],
        [0.5, 0.5],
      ],
      image: [],
    },
    0.1,
  );
  expect(pruned).toEqual({ text: [1, null], image: [null, null] });
  const [[before], [after]] = [layersOf(weights, 'text'), layersOf(rest, 'text')];
  expect(after.experts[0].up).toBe(before.experts[0].up);
  expect(after.experts[1].down).toBe(before.experts[2].down);
  expect(Object.keys(weights)).toHaveLength(Object.keys(rest).length + 2);
  const kept = [0, 1, 3];
  expect(after.router.weight.shape).toEqual([3, 2]);
  expect([...after.router.weight.values]).toEqual(
    kept.flatMap((row) => [...before.router.weight.values.slice(row * 2, row * 2 + 2)]),
  );
  expect(after.router.bias?.shape).toEqual([3]);
  expect([...(after.router.bias?.values ?? [])]).toEqual(kept.map((row) => before.router.bias?.values[row]));
  expect(layersOf(rest, 'image')[0].experts[2].up).toBe(layersOf(weights, 'image')[0].experts[2].up);
  expect(expertCounts(weights)).toEqual({ text: [3, 1], image: [3, 1] });
});

test('utilization of other layers prunes nothing', () => {
  const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2] }, 3);
  const { pruned } = prune(weights, { text: [[0.9, 0.1]], image: [] }, 1);
  expect(pruned).toEqual({ text: [null], image: [null] });
});

const sizes = { dim: 3, bottleneck: 2, experts: [2, 1] };

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
});
