import { setImmediate } from 'node:timers/promises';
import { type BaseConfig, initialWeights } from '../base-model';
import type { FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import { seededRandom, Trainer, trainableNames, type Utilization, UtilizationMeter, type Weights } from '../model';
import { cutChunks, type OfflineSource } from './offline-batch';
import { type RankCase, type RankQuality, rankQuality } from './rank-quality';
import { prepareBatch } from './training-step';

/** Data and options of the training of a base model. */
export interface TrainingRequest {
  config: BaseConfig;
  /** Features of the whole catalogue. */
  table: FeatureTable;
  /** Catalogue rows of each user's choices, oldest first. */
  sequences: readonly Int32Array[];
  /** [count] >= 0. Its logarithm (of 1 more) is part of the logits and of the validation's scores. Default: the choices in `sequences`. */
  popularity?: Float32Array;
  /** Popularity of the validation's scores, where it is another one. */
  validationPopularity?: Float32Array;
  /** Later choices; training stops when their ranking no longer improves. None: it runs all epochs. */
  validation?: readonly RankCase[];
  seed: number;
  /** Initial weights, such as those of an earlier window. Default: fresh ones. */
  initial?: Weights;
  /** Freezes all but the newest expert of each layer. Default false. */
  freezeExperts?: boolean;
  /** Inner width of fresh experts. Default 32. */
  bottleneckDim?: number;
  /** Default 30. */
  epochs?: number;
  /** Epochs without a better ranking after which training stops. Default 4. */
  patience?: number;
  /** Sequences of one step. Default 16; 32, which takes less time, where that leaves 100 steps to an epoch. */
  batch?: number;
  /** Default 0.005; 0.001 by the recipe `paper`, and from `initial`, so that trained weights change slowly. */
  learningRate?: number;
  /** Uniform negatives of one step. Default 512. */
  negatives?: number;
  /** State of an interrupted run of the same request: the result is the same as without the interruption. */
  resume?: TrainingState;
  onStep?(step: number, steps: number): void;
  /** Awaited after every epoch; may store the state. */
  onEpoch?(report: EpochReport, state: () => Promise<TrainingState>): void | Promise<void>;
  /** Ends the training after the current epoch. */
  signal?: AbortSignal;
}

interface EpochReport {
  /** From 1. */
  epoch: number;
  /** Mean over the epoch's steps. */
  loss: number;
  /** Null without validation. */
  validation: RankQuality | null;
}

/** A training between two epochs. */
export interface TrainingState {
  weights: Weights;
  /** State of Adam, see `Trainer.state`. */
  adam: Weights;
  best: { epoch: number; weights: Weights } | null;
  reports: EpochReport[];
}

export interface TrainingResult {
  /** Of the best epoch by NDCG@10; of the last one without validation. */
  weights: Weights;
  /** The epoch they are from. */
  epoch: number;
  reports: EpochReport[];
  /** Shares of activation over all steps of this run. */
  utilization: Utilization;
}

/** Norm that the gradient of one step is scaled down to. */
const CLIP_NORM = 5;

/**
 * Trains a base model on the choices of many users: next item from the items before, in epochs of chunks of L steps cut
 * at random offsets. The compute backend must be set. The same request gives the same weights on the same backend.
 * @throws SidestreamError `runtime/invalid-input` when there is nothing to learn from, `model/not-finite` when the loss
 *   is no longer finite
 */
export async function trainOffline(request: TrainingRequest): Promise<TrainingResult> {
  const { config, table, sequences, validation = [], seed, resume, onStep, onEpoch, signal } = request;
  const { epochs = 30, patience = 4, batch = batchFor(request), bottleneckDim = 32 } = request;
  const { learningRate = config.recipe === 'paper' || request.initial ? 1e-3 : 5e-3 } = request;
  const source = sourceOf(request);
  const initial = resume?.weights ?? request.initial ?? initialWeights(config, table, bottleneckDim, seed);
  const reports = [...(resume?.reports ?? [])];
  const trainer = new Trainer(initial, request.freezeExperts ? trainableNames(initial) : Object.keys(initial), {
    learningRate: learningRate * decay(reports, epochs),
    clipNorm: CLIP_NORM,
  });
  const meter = new UtilizationMeter();
  let best = resume?.best ?? null;
  try {
    if (resume) await trainer.resume(resume.adam);
    const settled = (): boolean => best !== null && reports.length - best.epoch >= patience;
    while (reports.length < epochs && !settled() && !signal?.aborted) {
      const epoch = reports.length + 1;
      // Each epoch has its own random stream, so that a resumed run draws the same numbers.
      const random = seededRandom(seed * 10_007 + epoch);
      const chunks = cutChunks(sequences, config.maxSeqLen, random);
      const steps = Math.ceil(chunks.length / batch);
      let loss = 0;
      for (let step = 0; step < steps; step++) {
        const part = chunks.slice(step * batch, (step + 1) * batch);
        const prepared = prepareBatch(config, table, part, source, random, meter.record);
        const value = trainer.step(prepared.loss);
        prepared.dispose();
        const [number] = await value.data();
        value.dispose();
        await meter.collect();
        if (!Number.isFinite(number)) throw diverged(epoch, learningRate);
        loss += number / steps;
        onStep?.(step + 1, steps);
        // Steps on the CPU follow one another without a pause, in which Node could not handle Ctrl+C.
        await setImmediate();
      }
      const prior = logPopularity(request.validationPopularity ?? popularityOf(request), config);
      const quality =
        validation.length > 0 ? await rankQuality(trainer.parameters, config, table, validation, prior) : null;
      const report = { epoch, loss, validation: quality };
      reports.push(report);
      if (isBetter(reports, best?.epoch)) best = { epoch, weights: await snapshot(trainer, initial) };
      else if (best) trainer.restore(best.weights);
      trainer.learningRate = learningRate * decay(reports, epochs);
      const kept = best;
      await onEpoch?.(report, async () => ({
        weights: await snapshot(trainer, initial),
        adam: await trainer.state(),
        best: kept,
        reports: [...reports],
      }));
    }
    const last = { epoch: reports.length, weights: await snapshot(trainer, initial) };
    return { ...(best ?? last), reports, utilization: meter.shares };
  } finally {
    meter.discard();
    trainer.dispose();
  }
}

/** log(1 + popularity), as it is added to scores; zeros by the recipe `paper`. */
const logPopularity = (popularity: Float32Array, { recipe }: BaseConfig): Float32Array =>
  popularity.map((value) => (recipe === 'paper' ? 0 : Math.log1p(value)));

function popularityOf({ table, sequences, popularity }: TrainingRequest): Float32Array {
  if (popularity) return popularity;
  const counts = new Float32Array(table.count);
  for (const rows of sequences) for (const row of rows) counts[row]++;
  return counts;
}

function sourceOf(request: TrainingRequest): OfflineSource {
  const { config, table, sequences, negatives = 512 } = request;
  const choices = new Float32Array(table.count);
  let total = 0;
  for (const rows of sequences) {
    for (const row of rows) {
      if (!(row >= 0 && row < table.count)) throw invalid(`sequences hold row ${row}, which is not in the catalogue`);
      choices[row]++;
      total++;
    }
  }
  if (!sequences.some((rows) => rows.length > 1))
    throw invalid('no user has two choices, so there is no next item to learn');
  const prior = logPopularity(popularityOf(request), config);
  return { count: table.count, own: sequences.map((rows) => new Set(rows)), choices, total, prior, negatives };
}

function batchFor({ config, sequences }: TrainingRequest): number {
  const choices = sequences.reduce((sum, rows) => sum + rows.length, 0);
  return choices / config.maxSeqLen >= 100 * 32 ? 32 : 16;
}

const snapshot = async (trainer: Trainer, initial: Weights): Promise<Weights> => ({
  ...initial,
  ...(await trainer.read()),
});

/** Whether the last report's ranking is better than that of the best epoch so far. */
function isBetter(reports: EpochReport[], best: number | undefined): boolean {
  const last = reports[reports.length - 1].validation;
  if (!last) return false;
  const before = best === undefined ? null : reports[best - 1].validation;
  return !before || last.ndcg10 > before.ndcg10;
}

/**
 * Factor of the learning rate in the next epoch: halved after every epoch that ranked no better, whose weights are then
 * dropped; without validation it falls linearly.
 */
function decay(reports: EpochReport[], epochs: number): number {
  let share = 1;
  let best = Number.NEGATIVE_INFINITY;
  for (const { validation } of reports) {
    if (!validation) share -= 1 / epochs;
    else if (validation.ndcg10 > best) best = validation.ndcg10;
    else share /= 2;
  }
  return Math.max(share, 1e-3);
}

const invalid = (reason: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `The base model cannot be trained: ${reason}.`);

const diverged = (epoch: number, rate: number): SidestreamError =>
  new SidestreamError(
    'model/not-finite',
    `The loss is not finite in epoch ${epoch}. Train again with a learning rate below ${rate}.`,
  );
