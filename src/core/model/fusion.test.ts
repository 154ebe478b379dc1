import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { countingTensors, useBackend } from '../../testing/backends';
import { fuse } from './fusion';

beforeAll(() => useBackend('cpu'));

test('the image comes first', async () => {
  const weight = tensor2d([
    [1, 0, 0, 0],
    [0, 0, 0, 1],
  ]);
  const [image, text, bias] = [tensor2d([[1, 2]]), tensor2d([[3, 4]]), tensor1d([10, 20])];
  const y = await countingTensors(() => tidy(() => fuse(image, text, { weight, bias })), 1);
  expect([...(await y.data())]).toEqual([11, 24]);
});
