import type { FeatureTable } from '../../catalog';
import type { Ladder, Utilization, Weights } from '../../model';
import type { Backend } from '../backend';
import type { LadderBatch } from './ladder-batch';

/** What computes: our own fused network (`fused/`), or tfjs on a backend of it. */
export type TrainerKind = 'fused' | Backend;

/**
 * Trains the newest expert of each layer and its row of the router by Adam, and embeds items. All implementations compute the
 * same numbers but for rounding. Calls that return a promise must not overlap.
 */
export interface LadderTrainer {
  readonly kind: TrainerKind;
  /**
   * Some steps on one batch. Other tasks of the thread run between steps; Adam's state lasts from one call to the next.
   * @param table features of the whole catalogue
   * @param steps 1 or more
   */
  train(table: FeatureTable, batch: LadderBatch, steps: number): Promise<LadderTraining>;
  /**
   * Embeddings with the present weights; other tasks of the thread run in between.
   * @param rows item rows, repeats allowed
   * @returns [rows.length, 2D] unit rows; zeros for an item without features
   */
  embed(table: FeatureTable, rows: ArrayLike<number>): Promise<Float32Array>;
  /** Sets the learning weights to these and resets Adam. */
  restore(weights: Weights): void;
  /** Frees memory; nothing may be called afterwards. */
  dispose(): void;
}

/** What one training did. */
export interface LadderTraining {
  /** Loss before the first step and after the last one; may be not finite. */
  before: number;
  after: number;
  /** The weights that learn, after the last step. */
  learned: Weights;
  /** Activation summed over the steps. */
  activation: Utilization;
}

/**
 * Makes a trainer.
 * @param weights both ladders
 * @param blend share of each modality in the cosine of two items that have both
 */
export type MakeTrainer = (weights: Weights, blend: Record<Ladder, number>) => LadderTrainer;

export const LEARNING_RATE = 5e-4;
/** Norm that the gradient of one step is scaled down to. */
export const CLIP_NORM = 1;

/** Whether to accept an update: its loss is finite and no worse than before on the same batch. */
export const shouldAcceptUpdate = (before: number, after: number): boolean => Number.isFinite(after) && after <= before;

/** Lets timers, messages and paints of this thread run. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
