import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  concat,
  customGrad,
  reshape,
  slice,
  split,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNetworkKernel, type NetworkKernel } from '../../src/kernel/network';
import type { LearningPart } from '../../src/learner/ladder/fused/fused-layer';
import { FusedNetwork, gradientOf, outputOf } from '../../src/learner/ladder/fused/fused-network';
import { LADDERS, type Ladder, type Parameters, Trainer, type Weights } from '../../src/model';
import { fuse } from '../../src/model/fusion';
import { inBatchLoss, lossTerms } from '../../src/model/loss';
import { fusionOf, userEncoderOf } from '../../src/model/state-dict';
import { attentionMask, userEncoder } from '../../src/model/user-encoder';
import { useBackend } from '../../src/testing/backends';
import { namedLayers } from '../../src/testing/weights';
import { relativeError } from './check';
import { type Golden, goldenWeights, parseGolden } from './published-numbers';

const FOLDER = fileURLToPath(new URL('../../../shared/golden/', import.meta.url));
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
if (files.length === 0) console.warn(`Skipped: there are no golden fixtures in ${FOLDER}.`);

/** What of each layer learns in a window. */
function learningOf(weights: Weights, trainable: readonly string[]): Record<Ladder, LearningPart[]> {
  const parts = (ladder: Ladder): LearningPart[] =>
    namedLayers(weights, ladder).map(({ experts, router }) => ({
      expert: experts.findIndex(({ down }) => trainable.includes(down)),
      row: trainable.includes(router.weight) ? 0 : experts.length + 1,
    }));
  return { text: parts('text'), image: parts('image') };
}

/** Both ladders as one operation of tfjs, image ++ text [N, 2D], which the fused network computes forward and backward. */
function fusedOutputs(
  kernel: NetworkKernel,
  network: FusedNetwork,
  parameters: Parameters,
  features: Golden['features'],
  ids: number[],
) {
  const flat = (ladder: Ladder): Float32Array => Float32Array.from(ids.flatMap((id) => features[ladder][id].flat()));
  const pass = network.pass({ text: flat('text'), image: flat('image') }, ids.length, true);
  const names = Object.keys(network.read('value'));
  const { dim, columns } = network;
  const rows = (place: number): number[][] => ids.map((_, row) => Array.from(kernel.view(place + row * columns, dim)));
  const operation = customGrad<Tensor2D>(() => {
    network.forward(pass);
    const [image, text] = (['image', 'text'] as const).map((ladder) => tensor2d(rows(outputOf(pass, ladder))));
    return {
      value: concat([image, text], 1),
      gradFunc: (dy: Tensor) => {
        const halves = split(dy, 2, 1);
        for (const [half, ladder] of (['image', 'text'] as const).entries()) {
          const values = halves[half].dataSync();
          const view = kernel.view(gradientOf(pass, ladder), pass.rows * columns);
          for (let row = 0; row < ids.length; row++) {
            view.set(values.subarray(row * dim, (row + 1) * dim), row * columns);
          }
        }
        network.backward(pass);
        const gradients = network.read('gradient');
        return names.map((name) => tensor(gradients[name].values, gradients[name].shape));
      },
    };
  });
  return operation(...names.map((name) => parameters[name]));
}

describe.skipIf(files.length === 0)('the fused network in the whole network of the paper', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(files)('has the gradients of %s', async (file) => {
    const golden = parseGolden(readFileSync(join(FOLDER, file), 'utf8'));
    const { config, features, popularity } = golden;
    let compared = 0;
    for (const phase of golden.phases) {
      const step = phase.steps.find(({ gradients }) => gradients);
      if (!step?.gradients) continue;
      const initial = goldenWeights(phase.initial);
      const kernel = createNetworkKernel();
      const network = new FusedNetwork(kernel, initial, learningOf(initial, phase.trainable));
      const trainer = new Trainer(initial, phase.trainable, { learningRate: 1e-3 });
      const { maxSeqLen } = config;
      const attention = attentionMask(step.mask.flat(), maxSeqLen);
      const terms = lossTerms(step, popularity);
      const { gradients } = trainer.gradients((parameters) => {
        const [image, text]: Tensor2D[] = split(
          fusedOutputs(kernel, network, parameters, features, step.itemIds.flat()),
          2,
          1,
        );
        const items = fuse(image, text, fusionOf(parameters));
        const size = step.itemIds.length;
        const width = items.shape[1];
        const cube = slice(reshape(items, [size, maxSeqLen + 1, width]), [0, 0, 0], [size, maxSeqLen, width]);
        const history = reshape(cube, [size * maxSeqLen, width]) as Tensor2D;
        const users = userEncoder(userEncoderOf(parameters), config, history, attention);
        return inBatchLoss(users, items, terms);
      });
      const expected = goldenWeights(step.gradients);
      const largest = Math.max(...Object.values(expected).flatMap(({ values }) => Array.from(values, Math.abs)));
      for (const ladder of LADDERS) {
        for (const { experts, router } of namedLayers(initial, ladder)) {
          for (const name of [...experts.flatMap(({ down, up }) => [down, up]), router.weight]) {
            if (!expected[name]) continue;
            const found = await gradients[name].data();
            expect(relativeError(found, expected[name].values, largest * 1e-4), name).toBeLessThan(1e-4);
            compared++;
          }
        }
      }
      trainer.dispose();
    }
    expect(compared).toBeGreaterThan(0);
  });
});
