import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { disposeTaps, tapsOf } from '../../src/base-model';
import type { FeatureTable } from '../../src/catalog';
import { candidateBackends } from '../../src/learner/backend';
import { ladderBatch, type TrainRequest } from '../../src/learner/ladder/ladder-batch';
import { batchTensors, nextItemLoss, unitEmbeddings } from '../../src/learner/ladder/ladder-network';
import { newestWeights } from '../../src/learner/ladder/ladder-weights';
import { type Ladder, type Loss, Trainer, type Weights } from '../../src/model';
import type { Compared, Host } from './host';

/** A training of the ladder's experts: where it starts, and on what. */
export interface Problem {
  table: FeatureTable;
  weights: Weights;
  /** Share of each modality in a cosine. */
  blend: Record<Ladder, number>;
  request: Omit<TrainRequest, 'steps'>;
}

/** Numbers by weight. */
export type Numbers = Record<string, Float32Array>;

/** The training of a problem by one of the trainers. */
export interface Training {
  /** The loss, and its gradients by the weights that learn; nothing changed. */
  gradients(): Promise<{ loss: number; gradients: Numbers }>;
  /** Steps in a row, as the learner takes them: only the last loss is waited for. @returns the loss before the last step */
  steps(count: number): Promise<number>;
  /** The weights that learn, as they are now. */
  weights(): Promise<Numbers>;
  close(): void;
}

/** A trainer, and how it is started. */
export interface TrainerKind {
  name: string;
  /** Starts the backend. */
  start(host: Host): Promise<void>;
  /** @throws Error when there is nothing to learn from */
  open(problem: Problem): Training;
}

/** The one that the others are compared with. */
export const REFERENCE: TrainerKind = onTfjs('wasm');

/** Every other trainer: a new one is measured as soon as it is listed here. */
export const TRAINERS: readonly TrainerKind[] = [onTfjs('webgpu')];

/** The name of the trainer that the learner chooses on this device. */
export const calibrated = async (): Promise<string> => `tfjs ${(await candidateBackends())[0]}`;

/** As `LadderExperts` sets them. */
const ADAM = { learningRate: 5e-4, clipNorm: 1 };

function onTfjs(backend: Compared): TrainerKind {
  return {
    name: `tfjs ${backend}`,
    start: (host) => host.startTfjs(backend),
    open({ table, weights, blend, request }) {
      const batch = ladderBatch({ ...request, steps: 1 }, table.count);
      if (!batch) throw new Error('There is nothing to learn from these choices.');
      const { names, masks } = newestWeights(weights);
      const trainer = new Trainer(weights, names, { ...ADAM, masks });
      const taps = tapsOf(table, batch.rows);
      const tensors = batchTensors(batch);
      const loss: Loss = (parameters, trainable) =>
        nextItemLoss(unitEmbeddings(parameters, taps, blend, { trainable }), tensors);
      return {
        async gradients() {
          const found = trainer.gradients(loss);
          const gradients: Numbers = {};
          for (const [name, gradient] of Object.entries(found.gradients)) gradients[name] = await read(gradient);
          return { loss: (await read(found.loss))[0], gradients };
        },
        async steps(count) {
          for (let step = 1; step < count; step++) trainer.step(loss).dispose();
          return (await read(trainer.step(loss)))[0];
        },
        async weights() {
          const learned = await trainer.read();
          return Object.fromEntries(Object.entries(learned).map(([name, { values }]) => [name, values]));
        },
        close() {
          trainer.dispose();
          disposeTaps(taps);
          dispose(tensors);
        },
      };
    },
  };
}

/** Reads a tensor and frees it. */
async function read(tensor: Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
