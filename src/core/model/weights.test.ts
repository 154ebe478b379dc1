import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { disposeParameters, parametersFrom, type Weights, weightsFrom } from './weights';

beforeAll(() => useBackend('cpu'));

const weights: Weights = {
  weight: { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, -0.5]) },
  bias: { shape: [2], values: Float32Array.from([0, 7]) },
};

test('weights come back from the backend as they were', async () => {
  await countingTensors(async () => {
    const parameters = parametersFrom(weights);
    expect(await weightsFrom(parameters)).toEqual(weights);
    disposeParameters(parameters);
  });
});
