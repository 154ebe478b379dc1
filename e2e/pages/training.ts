import { dispose, memory, tensor2d } from '@tensorflow/tfjs-core';
import { type Backend, chooseBackend } from '../../src/learner/backend';
import {
  attentionMask,
  batchLoss,
  disposeLossTerms,
  disposeMask,
  type ItemTaps,
  type Loss,
  lossTerms,
  seededRandom,
  Trainer,
  uniform,
} from '../../src/model';
import type { Batch } from '../../src/model/loss';
import { type ModelConfig, randomModel } from '../../src/testing/weights';

/** Numbers by name. */
export type Numbers = Record<string, number[]>;

/** The result of one training step. */
export interface Trained {
  backend: Backend;
  loss: number;
  /** By parameter. */
  gradients: Numbers;
  /** By parameter, after the step. */
  weights: Numbers;
  /** Tensors that the step did not dispose of. */
  leaked: number;
}

/** The calls of e2e/training.spec.ts in this page. */
export interface TrainingPage {
  /** The backend that is chosen by default. */
  choose(): Promise<Backend>;
  /** One step of a tiny whole model (experts, fusion, user encoder, loss, Adam). */
  model(backend: Backend): Promise<Trained>;
}

declare global {
  interface Window {
    training: TrainingPage;
  }
}

const CONFIG: ModelConfig = {
  hiddenDim: 6,
  embeddingDim: 4,
  bottleneckDim: 3,
  maxSeqLen: 3,
  heads: 2,
  blocks: 1,
  tapLayers: 2,
};
const BATCH: Batch = {
  itemIds: [
    [0, 1, 2, 3],
    [4, 2, 5, 1],
  ],
  mask: [
    [0, 1, 1],
    [1, 1, 1],
  ],
};
const POPULARITY = [1, 0.3, 0.2, 0.2, 0.2, 0.1];

/** Taps of the batch's items, 0 for padding. */
function batchTaps(): ItemTaps {
  const random = seededRandom(5);
  const { hiddenDim, tapLayers } = CONFIG;
  const ids = Array.from(BATCH.itemIds).flatMap((row) => Array.from(row));
  const take = () =>
    Array.from({ length: tapLayers + 1 }, () => {
      const rows = POPULARITY.map((_, id) => (id === 0 ? new Float32Array(hiddenDim) : uniform(random, hiddenDim, 1)));
      return tensor2d(ids.map((id) => Array.from(rows[id])));
    });
  return { text: take(), image: take() };
}

window.training = {
  choose: () => chooseBackend(),

  async model(wanted) {
    const backend = await chooseBackend(wanted);
    const start = memory().numTensors;
    const trainer = new Trainer(randomModel(CONFIG, 1), Object.keys(randomModel(CONFIG, 1)), { learningRate: 1e-3 });
    const inputs = {
      taps: batchTaps(),
      attention: attentionMask(
        Array.from(BATCH.mask).flatMap((row) => Array.from(row)),
        CONFIG.maxSeqLen,
      ),
      loss: lossTerms(BATCH, POPULARITY),
    };
    const loss: Loss = (parameters, trainable) => batchLoss(parameters, CONFIG, inputs, { trainable });
    const found = trainer.gradients(loss);
    const gradients: Numbers = {};
    for (const [name, gradient] of Object.entries(found.gradients)) gradients[name] = Array.from(await gradient.data());
    const value = trainer.step(loss);
    const [number] = await value.data();
    const weights: Numbers = {};
    for (const [name, { values }] of Object.entries(await trainer.read())) weights[name] = Array.from(values);
    dispose([found.loss, value, ...Object.values(found.gradients), ...inputs.taps.text, ...inputs.taps.image]);
    disposeMask(inputs.attention);
    disposeLossTerms(inputs.loss);
    trainer.dispose();
    return { backend, loss: number, gradients, weights, leaked: memory().numTensors - start };
  },
};
