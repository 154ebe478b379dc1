import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { disposeTaps, tapsOf } from '../../src/base-model';
import type { FeatureTable } from '../../src/catalog';
import { createNetworkKernel } from '../../src/kernel/network';
import { chooseTrainer, type TrainerTime } from '../../src/learner/ladder/choose-trainer';
import { FusedTrainer } from '../../src/learner/ladder/fused/fused-trainer';
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
export const TRAINERS: readonly TrainerKind[] = [onTfjs('webgpu'), fused()];

/** What the calibration of the learner chooses on this device, and what it measured, in words. */
export async function calibrated({ table, blend }: Problem): Promise<string> {
  const half = (ladder: Ladder) => ({ tap: table.taps[ladder] - 1, weight: blend[ladder] });
  const { kind, times } = await chooseTrainer({ table, blend: { text: half('text'), image: half('image') } });
  return `The calibration of the learner chooses ${nameOf(kind)} here: ${times.map(inWords).join('; ')}.`;
}

const inWords = ({ kind, first, step }: TrainerTime): string =>
  `${nameOf(kind)} takes ${first.toFixed(1)} ms to start and take the first step, ${step.toFixed(2)} ms for a later one`;

const nameOf = (kind: TrainerTime['kind']): string => (kind === 'fused' ? kind : `tfjs ${kind}`);

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
          for (const [name, gradient] of Object.entries(found.gradients)) {
            const mask = masks[name];
            // The others compute no gradient of what does not learn.
            gradients[name] = (await read(gradient)).map((value, n) => (mask ? value * mask[n] : value));
          }
          return { loss: (await read(found.loss))[0], gradients };
        },
        async steps(count) {
          for (let step = 1; step < count; step++) trainer.step(loss).dispose();
          return (await read(trainer.step(loss)))[0];
        },
        async weights() {
          const learned = await trainer.read();
          return valuesOf(learned);
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

function fused(): TrainerKind {
  return {
    name: 'fused',
    start: async () => {},
    open({ table, weights, blend, request }) {
      const batch = ladderBatch({ ...request, steps: 1 }, table.count);
      if (!batch) throw new Error('There is nothing to learn from these choices.');
      const trainer = new FusedTrainer(createNetworkKernel(), weights, blend);
      const prepared = trainer.prepare(table, batch);
      return {
        async gradients() {
          const { loss, gradients } = prepared.gradients();
          return { loss, gradients: valuesOf(gradients) };
        },
        async steps(count) {
          for (let step = 1; step < count; step++) prepared.step();
          return prepared.step();
        },
        weights: async () => valuesOf(prepared.learned()),
        close() {
          prepared.release();
          trainer.dispose();
        },
      };
    },
  };
}

const valuesOf = (weights: Weights): Numbers =>
  Object.fromEntries(Object.entries(weights).map(([name, { values }]) => [name, values]));

/** Reads a tensor and frees it. */
async function read(tensor: Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
