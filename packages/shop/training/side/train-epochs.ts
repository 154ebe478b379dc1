import * as v from 'valibot';
import type { SideModel } from '../../../../src/core/catalog/side-model';
import { seededRandom } from '../../../../src/core/common/random';
import { choiceCounts } from '../interactions';
import { freshSideWeights } from '../model/side-weights';
import type { Weights } from '../model/weights';
import { heldOutQuality, heldOutQualitySchema } from './held-out-quality';
import { type SideFeatures, sideConfigOf } from './side-features';
import { sideModelOf } from './side-loss';
import { firstChoices, type SideSequences } from './side-sequences';
import { SIDE_SETTINGS, type SideSettings } from './side-settings';
import {
  freshState,
  joinedState,
  roundsOf,
  type ShardData,
  type ShardRunner,
  type ShardState,
  ShardTrainer,
  sequenceShards,
  WARM_UP,
} from './side-shard';

/** Number of steps before which no epoch is flat: in a small log, the first epochs only warm up. */
const MIN_STEPS = 4 * WARM_UP;
/** Decrease of the mean ln rank in two epochs below which more of them gain nothing: two seeds differ by half of it. */
const CLEAR = 0.02;

/** A training between two epochs. */
export interface SideTrainingState extends ShardState {
  best: { epoch: number; weights: Weights } | null;
  reports: SideReport[];
}

export const sideReportSchema = v.strictObject({
  epoch: v.number(),
  /** Number of steps until its end. */
  steps: v.number(),
  loss: v.pipe(v.number(), v.finite()),
  /** Null if no shopper is held out. */
  heldOut: v.nullable(heldOutQualitySchema),
});
export type SideReport = v.InferOutput<typeof sideReportSchema>;

export interface SideTraining {
  features: SideFeatures;
  /** Of these, repeats are left out. */
  sequences: SideSequences;
  /**
   * Sequences of held-out shoppers: the epoch that ranks their choices best is kept. Default: none, which keeps the last epoch.
   */
  heldOut?: readonly Int32Array[];
  settings?: Partial<SideSettings>;
  seed: number;
  /** Initial weights. Default: fresh ones. */
  initial?: Weights;
  /** Names of frozen weights. Default: all weights learn. */
  frozen?: ReadonlySet<string>;
  /** [count] How often each item was chosen before the sequences. Default: never. */
  earlier?: Float32Array;
  resume?: SideTrainingState;
  /** Where the shards of the shoppers are learned, at the same time. Default: all shoppers are one shard, in this process. */
  shards?: { count: number; start(data: readonly ShardData[]): Promise<ShardRunner> };
  /** Whether the training is to end after the present step, with the epoch cut short. Default: it continues. */
  stopped?(): boolean;
  /** @param step number of steps, or of rounds of several shards, that are done in this epoch */
  onStep?(step: number, steps: number): void;
  /**
   * @param state from which the training can be resumed; it holds until the next step, so who keeps it copies it
   * @param model computes the present model
   */
  onEpoch?(report: SideReport, state: SideTrainingState, model: () => Promise<SideModel>): void | Promise<void>;
}

/**
 * Trains a side model end to end through the devices' learning rule: the next choice is scored by fading sums of the vectors of
 * earlier choices. The compute backend must be set.
 * @returns also the kept epoch, from 1, how often each item was chosen, including the earlier choices, and its logarithm
 * @throws SidestreamError `model/not-finite` if the loss becomes infinite or not a number
 */
export async function trainEpochs(training: SideTraining) {
  const { features, seed, resume, stopped = () => false, onStep, onEpoch } = training;
  const settings = { ...SIDE_SETTINGS, ...training.settings };
  const config = sideConfigOf(features, settings);
  const sequences = firstChoices(training.sequences, settings.halfLife);
  const heldOut = (training.heldOut ?? []).map(withoutRepeats);
  const chosen = choiceCounts(training.sequences, features.count, training.sequences.left);
  const popularity = training.earlier?.map((times, row) => times + chosen[row]) ?? chosen;
  const logPopularity = popularity.map((chosen) => Math.log(1 + chosen));
  const catalog = { config, features, logPopularity };
  const { count, start } = training.shards ?? {
    count: 1,
    start: async ([data]: readonly ShardData[]) => new ShardTrainer(data, { stopped, onStep }),
  };
  const parts = sequenceShards(sequences, count);
  const frozen = [...(training.frozen ?? [])];
  const runner = await start(
    parts.map((sequences) => ({ config, features, logPopularity, sequences, settings, seed, frozen, shards: count })),
  );
  let state: ShardState =
    resume ?? freshState(training.initial ?? freshSideWeights(config, features.count, seededRandom(seed)));
  const still = Object.fromEntries(Object.entries(state.weights).filter(([name]) => frozen.includes(name)));
  const rounds = roundsOf(sequences, count);
  const reports = [...(resume?.reports ?? [])];
  let best = resume?.best ?? null;
  const learn = async (epoch: number): Promise<SideReport> => {
    let [loss, steps] = [0, 0];
    if (count > 1) onStep?.(0, rounds);
    for (let round = 0; round < rounds && !stopped(); round++) {
      const job = { epoch, round, rounds, state };
      const found = await Promise.all(parts.map((_, shard) => runner.run({ ...job, shard })));
      state =
        found.length === 1
          ? found[0].state
          : joinedState(
              state,
              found.map((one) => one.state),
            );
      for (const one of found) [loss, steps] = [loss + one.loss, steps + one.steps];
      if (count > 1) onStep?.(round + 1, rounds);
    }
    return { epoch, steps: state.steps, loss: loss / Math.max(1, steps), heldOut: null };
  };
  const averages = (): Weights => ({ ...still, ...state.averages });
  try {
    for (let epoch = reports.length + 1; epoch <= settings.epochs && !isFlat(reports); epoch++) {
      const report = await learn(epoch);
      reports.push(report);
      if (heldOut.length > 0) {
        const weights = averages();
        const quality = heldOutQuality(await sideModelOf(weights, catalog), heldOut, (row) => popularity[row] > 0);
        // The shoppers may have no rankable choice; the last epoch is then as good as any.
        if (quality.choices > 0) report.heldOut = quality;
        const before = best && reports[best.epoch - 1].heldOut;
        if (report.heldOut && (!before || report.heldOut.lnRank < before.lnRank))
          best = { epoch, weights: structuredClone(weights) };
      }
      await onEpoch?.(report, { ...state, best, reports: [...reports] }, () => sideModelOf(averages(), catalog));
      if (stopped()) break;
    }
    const weights = best?.weights ?? averages();
    const model = await sideModelOf(weights, catalog);
    return { config, weights, model, logPopularity, popularity, epoch: best?.epoch ?? reports.length, reports };
  } finally {
    await runner.close();
  }
}

/** Whether the last two epochs gained nothing for held-out shoppers: so the length of a training follows from its log. */
export function isFlat(reports: readonly SideReport[]): boolean {
  const [before, now] = [reports.at(-3)?.heldOut, reports.at(-1)?.heldOut];
  return before && now ? reports[reports.length - 1].steps >= MIN_STEPS && before.lnRank - now.lnRank < CLEAR : false;
}

const withoutRepeats = (rows: Int32Array): Int32Array => Int32Array.from(new Set(rows));
