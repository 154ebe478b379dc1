import { dispose, type Scalar, tidy } from '@tensorflow/tfjs-core';
import { disposeTaps, tapsOf } from '../../base-model';
import type { FeatureTable } from '../../catalog';
import { type ItemTaps, type Ladder, type Loss, Trainer, UtilizationMeter, type Weights } from '../../model';
import { type Backend, backendInUse } from '../backend';
import type { LadderBatch } from './ladder-batch';
import { type BatchTensors, batchTensors, embedRows, nextItemLoss, take, unitEmbeddings } from './ladder-network';
import {
  CLIP_NORM,
  type LadderTrainer,
  type LadderTraining,
  LEARNING_RATE,
  type MakeTrainer,
  yieldToEventLoop,
} from './ladder-trainer';
import { newestWeights } from './ladder-weights';

/** Trains on the backend of tfjs that is set. */
export class TfjsTrainer implements LadderTrainer {
  readonly kind: Backend;
  readonly #trainer: Trainer;
  readonly #blend: Record<Ladder, number>;

  /** @param weights both ladders */
  constructor(weights: Weights, blend: Record<Ladder, number>) {
    const { names, masks } = newestWeights(weights);
    this.kind = backendInUse() ?? 'cpu';
    this.#trainer = new Trainer(weights, names, { learningRate: LEARNING_RATE, clipNorm: CLIP_NORM, masks });
    this.#blend = blend;
  }

  async train(table: FeatureTable, batch: LadderBatch, steps: number): Promise<LadderTraining> {
    const prepared = this.prepare(table, batch);
    try {
      const [before] = await take(prepared.step());
      for (let step = 1; step < steps; step++) {
        await yieldToEventLoop();
        prepared.step().dispose();
      }
      const [after] = await take(prepared.loss());
      const learned = await this.#trainer.read();
      return { before, after, learned, activation: await prepared.activation() };
    } finally {
      prepared.dispose();
    }
  }

  embed(table: FeatureTable, rows: ArrayLike<number>): Promise<Float32Array> {
    return embedRows(this.#trainer.parameters, table, rows, this.#blend);
  }

  restore(weights: Weights): void {
    this.#trainer.restore(weights);
  }

  dispose(): void {
    this.#trainer.dispose();
  }

  /** Puts a batch on the backend, for single steps. The caller disposes of it. */
  prepare(table: FeatureTable, batch: LadderBatch): PreparedBatch {
    return new PreparedBatch(this.#trainer, this.#blend, tapsOf(table, batch.rows), batchTensors(batch));
  }
}

/** A batch on the backend. */
class PreparedBatch {
  readonly #meter = new UtilizationMeter();
  readonly #counted: Loss;

  constructor(
    readonly trainer: Trainer,
    readonly blend: Record<Ladder, number>,
    readonly taps: ItemTaps,
    readonly tensors: BatchTensors,
  ) {
    const onActivation = this.#meter.record;
    this.#counted = (parameters, trainable) =>
      nextItemLoss(unitEmbeddings(parameters, taps, blend, { trainable, onActivation }), tensors);
  }

  /** One step. @returns the loss before it, which the caller frees */
  step(): Scalar {
    return this.trainer.step(this.#counted);
  }

  /** @returns the present loss, which the caller frees */
  loss(): Scalar {
    const { trainer, taps, blend, tensors } = this;
    return tidy(() => nextItemLoss(unitEmbeddings(trainer.parameters, taps, blend), tensors));
  }

  /** Loss and gradients of the weights that learn, nothing changed; the caller frees them. */
  gradients(): ReturnType<Trainer['gradients']> {
    return this.trainer.gradients(this.#counted);
  }

  /** Activation summed over the steps. */
  async activation() {
    await this.#meter.collect();
    return this.#meter.sums;
  }

  dispose(): void {
    this.#meter.discard();
    disposeTaps(this.taps);
    dispose(this.tensors);
  }
}

/** Trainers on the backend of tfjs that is set when one is made. */
export const tfjsTrainer: MakeTrainer = (weights, blend) => new TfjsTrainer(weights, blend);
