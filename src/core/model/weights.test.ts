import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { type Weights, weightsFrom, withParameters } from './weights';

beforeAll(() => useBackend('cpu'));

const weights: Weights = {
  weight: { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, -0.5]) },
  bias: { shape: [2], values: Float32Array.from([0, 7]) },
};

test('weights come back from the backend as they were', async () => {
  await countingTensors(async () => {
    expect(await withParameters(weights, weightsFrom)).toEqual(weights);
  });
});

test('parameters are freed when the work fails', async () => {
  await countingTensors(async () => {
    const failing = withParameters(weights, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });
});
