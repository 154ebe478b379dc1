import { dispose } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../../../testing/backends';
import { parametersFrom, type Weights } from './weights';

beforeAll(() => useBackend('cpu'));

const weights: Weights = {
  weight: { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, -0.5]) },
  bias: { shape: [2], values: Float32Array.from([0, 7]) },
};

test('weights are on the backend as they were, until they are freed', async () => {
  await countingTensors(async () => {
    const parameters = parametersFrom(weights);
    for (const [name, { shape, values }] of Object.entries(weights)) {
      expect(parameters[name].shape).toEqual(shape);
      expect(await parameters[name].data()).toEqual(values);
    }
    dispose(parameters);
  });
});
