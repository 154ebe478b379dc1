import { tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { normalize, UtilizationMeter } from './utilization';

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
