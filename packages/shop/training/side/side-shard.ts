import * as v from 'valibot';
import { type Random, seededRandom } from '../../../../src/core/common/random';
import { nextTask } from '../../../../src/core/common/tasks';
import { SidestreamError } from '../../../../src/error';
import { type BatchGradients, batchGradients } from '../model/gradients';
import { averageKept } from '../model/row-table';
import { SIDE_NAMES, sideConfigSchema } from '../model/side-weights';
import { Trainer } from '../model/trainer';
import type { Weight, Weights } from '../model/weights';
import { type SideBatches, type SideSequence, sideBatch, sideBatches } from './side-batch';
import { sideFeaturesSchema } from './side-features';
import { type SideSizes, sideLoss, sideStep } from './side-loss';
import { type WeighedSequences, weighedSequencesSchema } from './side-sequences';

/*
 * A training in several processes, or on several machines. The shoppers are divided into shards. An epoch has rounds:
 *
 *   state ──┬─► shard 0: its steps ──┐
 *           ├─► shard 1: its steps ──┼─► mean of the states ──► next round
 *           └─► …                  ──┘
 *
 * (local SGD: Stich 2019, "Local SGD converges fast and communicates little"). A round depends on its state and numbers alone, so one
 * whose process is lost is learned again elsewhere, with the same result.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const floats = v.instance(Float32Array<ArrayBufferLike>);
const weights = v.record(v.string(), v.strictObject({ shape: v.array(count), values: floats }));

/** State of a training between two rounds. */
export const shardStateSchema = v.strictObject({
  weights,
  /** Averages of the weights that learn over the steps. A training keeps them, because single steps leave each item where its last choices moved it. */
  averages: weights,
  adam: weights,
  steps: count,
});
export type ShardState = v.InferOutput<typeof shardStateSchema>;

/** From which a shard learns, in every round. */
export const shardDataSchema = v.strictObject({
  config: sideConfigSchema,
  features: sideFeaturesSchema,
  /** [count] */
  logPopularity: floats,
  sequences: weighedSequencesSchema,
  settings: v.strictObject({
    width: count,
    hidden: count,
    decays: v.array(finite),
    epochs: count,
    learningRate: finite,
    weightDecay: finite,
    contentDecay: finite,
    negatives: finite,
    dropout: finite,
    embeddingDropout: finite,
    historyDropout: finite,
    /** May be infinite. */
    halfLife: v.number(),
  }),
  seed: count,
  /** Names of frozen weights. */
  frozen: v.array(v.string()),
  /** Number of shards, see `batchShare`. */
  shards: count,
});
export type ShardData = v.InferOutput<typeof shardDataSchema>;

export const shardRoundSchema = v.strictObject({
  shard: count,
  epoch: count,
  /** Of `rounds` in this epoch, from 0. */
  round: count,
  rounds: count,
});
export type ShardRound = v.InferOutput<typeof shardRoundSchema> & { state: ShardState };

export const shardResultSchema = v.strictObject({
  state: shardStateSchema,
  /** Sum over the steps. */
  loss: finite,
  steps: count,
});
export type ShardResult = v.InferOutput<typeof shardResultSchema>;

/** Learns rounds of shards. */
export interface ShardRunner {
  run(round: ShardRound): Promise<ShardResult>;
  close(): Promise<void>;
}

/** Number of steps until the learning rate is reached. */
export const WARM_UP = 50;
/** Number of steps of a round, about: states are then small compared with the work. */
const ROUND_STEPS = 100;
/** Number of choices of a whole batch, about. */
const BATCH_CHOICES = 1500;

/**
 * Size of a shard's batches, as a share of those of a single one: many steps are then left in an epoch. With whole batches, two shards
 * rank worse by 0.015 in ln rank (films); with halves of them, a step saves little time.
 */
const batchShare = (shards: number): number => 1 / Math.sqrt(shards);

/** Number of rounds of an epoch; one shard needs no more. */
export const roundsOf = ({ rows }: WeighedSequences, shards: number): number =>
  shards === 1 ? 1 : Math.max(1, Math.round(rows.length / shards / (batchShare(shards) * BATCH_CHOICES) / ROUND_STEPS));

/** Every n-th shopper. */
export function sequenceShards({ offsets, rows, weights }: WeighedSequences, count: number): WeighedSequences[] {
  if (count === 1) return [{ offsets, rows, weights }];
  return Array.from({ length: count }, (_, shard) => {
    const shoppers = Math.ceil((offsets.length - 1 - shard) / count);
    const ends = new Uint32Array(shoppers + 1);
    for (let n = 0; n < shoppers; n++) {
      const from = shard + n * count;
      ends[n + 1] = ends[n] + offsets[from + 1] - offsets[from];
    }
    const [own, weighed] = [new Int32Array(ends[shoppers]), new Float32Array(ends[shoppers])];
    for (let n = 0; n < shoppers; n++) {
      const [from, to] = [offsets[shard + n * count], offsets[shard + n * count + 1]];
      own.set(rows.subarray(from, to), ends[n]);
      weighed.set(weights.subarray(from, to), ends[n]);
    }
    return { offsets: ends, rows: own, weights: weighed };
  });
}

export const freshState = (weights: Weights): ShardState => ({ weights, averages: weights, adam: {}, steps: 0 });

/** Learns the rounds of one shard in this process. The compute backend must be set. */
export class ShardTrainer implements ShardRunner {
  /** The trainer and the state that it has. */
  #now: { trainer: Trainer; state: ShardState } | null = null;
  #epoch: { number: number; batches: SideBatches } | null = null;
  readonly #known: Int32Array;
  readonly #gradients: BatchGradients<SideSizes>;

  constructor(
    private readonly data: ShardData,
    private readonly hooks: {
      stopped?(): boolean;
      onStep?(step: number, steps: number): void;
    } = {},
  ) {
    const { config, logPopularity } = data;
    this.#gradients = batchGradients(sideLoss(config));
    this.#known = Int32Array.from([...logPopularity.keys()].filter((row) => logPopularity[row] > 0));
  }

  /** @throws SidestreamError `model/not-finite` if the loss becomes infinite or not a number */
  async run(job: ShardRound): Promise<ShardResult> {
    const { epoch, round, rounds, shard, state } = job;
    const { settings, seed, shards } = this.data;
    // Separate for every round, so one that is learned again, or resumed, learns exactly the same.
    let random = seededRandom((seed * 1009 + epoch) * (shard + 1));
    if (round === 0 || this.#epoch?.number !== epoch) {
      this.#epoch = { number: epoch, batches: sideBatches(this.data.sequences, random, batchShare(shards)) };
    }
    if (round > 0) random = seededRandom((seed * 1009 + epoch) * (shard + 1) * 8191 + round);
    const { batches } = this.#epoch;
    const trainer = this.#trainerOf(state);
    const warmUp = Math.min(WARM_UP, Math.max(1, (batches.length * settings.epochs) / 4));
    const [from, to] = [round, round + 1].map((n) => Math.round((n * batches.length) / rounds));
    let [loss, done] = [0, 0];
    this.hooks.onStep?.(from, batches.length);
    for (let n = from; n < to; n++) {
      trainer.learningRate = settings.learningRate * Math.min(1, (state.steps + ++done) / warmUp);
      loss += await this.#step(trainer, batches.at(n), random);
      if (!Number.isFinite(loss)) {
        throw new SidestreamError(
          'model/not-finite',
          `The loss of epoch ${epoch} is not a finite number, so nothing is written. Train again with --from-scratch, without --resume.`,
        );
      }
      this.hooks.onStep?.(n + 1, batches.length);
      // Leaves time for signals and messages: the awaited work within a step completes at once.
      await nextTask();
      if (this.hooks.stopped?.()) break;
    }
    const still = Object.fromEntries(Object.entries(state.weights).filter(([name]) => this.data.frozen.includes(name)));
    const next = {
      weights: { ...still, ...trainer.read() },
      averages: trainer.readAverages(),
      adam: trainer.moments(),
      steps: state.steps + done,
    };
    this.#now = { trainer, state: next };
    return { state: next, loss, steps: done };
  }

  async close(): Promise<void> {
    this.#now = null;
  }

  #trainerOf(state: ShardState): Trainer {
    if (this.#now?.state === state) return this.#now.trainer;
    this.#now = null;
    const { settings, frozen } = this.data;
    const learning = Object.keys(state.weights).filter((name) => !frozen.includes(name));
    const trainer = new Trainer(state.weights, learning, {
      learningRate: 0,
      weightDecay: (name) => (isOfRouter(name) ? 0 : isOfItems(name) ? settings.weightDecay : settings.contentDecay),
      clipNorm: 5,
      rowWise: [...TABLES],
    });
    this.#now = { trainer, state };
    if (state.steps > 0) trainer.resume(state.steps, state.adam, state.averages);
    return trainer;
  }

  async #step(trainer: Trainer, pieces: readonly SideSequence[], random: Random): Promise<number> {
    const { config, features, logPopularity, settings } = this.data;
    const { negatives, historyDropout, dropout, embeddingDropout } = settings;
    const batch = sideBatch(pieces, { known: this.#known, negatives, historyDropout }, random);
    const step = sideStep(batch, { config, features, logPopularity, dropout, embeddingDropout }, random);
    const found = await this.#gradients(step, trainer.pick(batch.rows), trainer.learning);
    trainer.move(found, batch.rows);
    return found.loss;
  }
}

/** Weights with one row for each item. */
const TABLES: readonly string[] = [SIDE_NAMES.embedding, SIDE_NAMES.bias];

/** A router that decays would give each expert the same share again. */
const isOfRouter = (name: string): boolean => name.includes('.router.');

/** Whether a weight belongs to single items, to the states or to adapters; all other weights read the content of items. */
const isOfItems = (name: string): boolean => ITEM_AND_STATE_NAMES.has(name) || name.includes('.adapter.');
const ITEM_AND_STATE_NAMES: ReadonlySet<string> = new Set(Object.values(SIDE_NAMES));

/**
 * The state after a round. Weights that all shards move take the mean of their moves. The row of an item is moved by few choices, so it
 * takes the sum, as if one shard had followed the other. Moments are means, and the averages follow the weights.
 */
export function joinedState(before: ShardState, states: readonly ShardState[]): ShardState {
  const meanOf = (part: 'weights' | 'averages' | 'adam', name: string): Float32Array => {
    const sum = new Float32Array(states[0][part][name].values.length);
    for (const state of states) {
      const { values } = state[part][name];
      for (let at = 0; at < sum.length; at++) sum[at] += values[at] / states.length;
    }
    return sum;
  };
  // Shards may differ by a step, but a state has made a whole number of them.
  const steps = Math.max(...states.map((state) => state.steps));
  const followed = 1 - averageKept(before.steps, steps);
  const [weights, averages]: Record<string, Weight>[] = [{}, {}];
  for (const [name, { shape, values: old }] of Object.entries(before.weights)) {
    const mean = meanOf('weights', name);
    const gain = TABLES.includes(name) ? states.length : 1;
    const values = old.map((value, at) => value + gain * (mean[at] - value));
    weights[name] = { shape, values };
    if (!states[0].averages[name]) continue;
    const average = meanOf('averages', name);
    averages[name] = { shape, values: average.map((value, at) => value + followed * (values[at] - mean[at])) };
  }
  const adam = Object.fromEntries(
    Object.entries(states[0].adam).map(([name, { shape }]) => [name, { shape, values: meanOf('adam', name) }]),
  );
  return { weights, averages, adam, steps };
}
