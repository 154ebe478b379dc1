import { mul, sum } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { batchGradients, tfjsGradients, useGradients } from '../../shop/training/model/gradients';
import { startCompute } from './compute';

// The package is installed here, so its absence is made up.
vi.mock('onnxruntime-node', () => {
  throw new Error('Cannot find package');
});

test('without onnxruntime-node, tfjs computes the gradients, and the reason has the command that installs it', async () => {
  useGradients(tfjsGradients);
  expect(await startCompute()).toMatch(/four times as long without onnxruntime-node\..*npm i -D onnxruntime-node/s);
  const { gradients } = await batchGradients<{ items: number }>({
    shapes: ({ items }) => ({ factors: [items] }),
    value: ({ weight }, { factors }) => sum(mul(weight, factors)),
  })(
    { sizes: { items: 2 }, constants: { factors: Float32Array.of(3, 4) } },
    { weight: { shape: [2], values: Float32Array.of(1, 1) } },
    ['weight'],
  );
  expect(gradients.weight).toEqual(Float32Array.of(3, 4));
});
