import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { randomLadders } from '../../testing/weights';
import { weightsFrom, withParameters } from './weights';

beforeAll(() => useBackend('cpu'));

const weights = randomLadders({ dim: 2, bottleneck: 1, experts: [2, 1], bias: true }, 5);

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
