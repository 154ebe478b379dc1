import type { SideModel } from '../../../core/catalog/side-model';
import { nextTask } from '../../../core/common/tasks';
import { type Random, seededRandom, Trainer, type Weights } from '../../../core/model';
import { freshSideWeights, SIDE_DECAYS, SIDE_NAMES, type SideConfig } from '../../../core/model/side';
import { SidestreamError } from '../../../error';
import { type HeldOutQuality, heldOutQuality } from './choice-ranks';
import { type SideSequence, sideBatch, sideBatches } from './side-batch';
import { type SideFeatures, sideConfigOf } from './side-features';
import { sideModelOf, sideStep } from './side-loss';
import { firstChoices, type SideSequences } from './side-sequences';

/** How a side model is trained. The values were chosen on the past of one log and hold on six. */
export const SIDE_SETTINGS = {
  /** Dimensions of an item vector. */
  width: 64,
  /** Hidden units of an expert. */
  hidden: 128,
  /** Initial decays of the states. */
  decays: [...SIDE_DECAYS],
  /** Maximum number of epochs; held-out shoppers determine how many there are, and which one is kept. */
  epochs: 12,
  /** Learning rate after the warm-up, until it falls to 0 in the last epochs, see `coolingAfter`. */
  learningRate: 3e-3,
  /** Weight decay of AdamW for the items' embeddings and the states. */
  weightDecay: 0.01,
  /** Weight decay for the experts and their residual paths, which would otherwise memorise each item by its words. */
  contentDecay: 1,
  /** Number of items sampled per batch as candidates of its choices. */
  negatives: 768,
  /**
   * Share that the moving average of the weights keeps in a step. A training keeps the average, because single steps leave each
   * item where its last choices moved it.
   */
  averaging: 0.99,
  /** Probability that a hidden unit is dropped. */
  dropout: 0.2,
  /** Probability that an item's embedding is dropped for a batch, which makes the content place new items. */
  embeddingDropout: 0.3,
  /** Probability that a choice does not enter the states. */
  historyDropout: 0.2,
  /**
   * Share of the log in which the weight of a choice in the loss halves: in most shops the shoppers to come resemble the latest ones
   * most. Infinite: all weigh the same. `train` chooses it, see `chosenHalfLife`.
   */
  halfLife: 0.5,
};
export type SideSettings = typeof SIDE_SETTINGS;

/** Number of steps until the learning rate is reached. */
const WARM_UP = 50;
/** Number of steps before which no epoch is flat: in a small log, the first epochs only warm up. */
const MIN_STEPS = 4 * WARM_UP;
/** Share of the epochs before in which the learning rate falls. */
const COOLING = 1 / 2;
/** Decrease of the mean ln rank in two epochs below which more of them at the same rate gain nothing: two seeds differ by half of it. */
const CLEAR = 0.02;

/** A training between two epochs. */
export interface SideTrainingState {
  weights: Weights;
  /** Moving averages of the weights. */
  averages: Weights;
  adam: Weights;
  steps: number;
  best: { epoch: number; weights: Weights } | null;
  reports: SideReport[];
}

export interface SideReport {
  epoch: number;
  loss: number;
  /** Null if no shopper is held out. */
  heldOut: HeldOutQuality | null;
}

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
  /** Epoch after which the training ends; the learning rate falls as if it continued. Default: the last one. */
  stop?: number;
  /** Whether the training is to end after the present step, with the epoch cut short. Default: it goes on. */
  stopped?(): boolean;
  /** @param last the last epoch; undefined until it is known */
  onStep?(step: number, steps: number, last?: number): void;
  /**
   * @param state reads the state from which the training can be resumed
   * @param model computes the present model
   */
  onEpoch?(
    report: SideReport,
    state: () => Promise<SideTrainingState>,
    model: () => Promise<SideModel>,
  ): void | Promise<void>;
}

export interface SideResult {
  config: SideConfig;
  weights: Weights;
  model: SideModel;
  /** [count] The log popularity of each item that the model used. */
  logPopularity: Float32Array;
  /** [count] How often each item was chosen, including the earlier choices. */
  popularity: Float32Array;
  /** The kept epoch, from 1. */
  epoch: number;
  reports: SideReport[];
}

/**
 * Trains a side model end to end through the devices' learning rule: the next choice is scored by fading sums of the vectors of
 * earlier choices. The compute backend must be set.
 * @throws SidestreamError `model/not-finite` if the loss becomes infinite or not a number
 */
export async function trainSide(training: SideTraining): Promise<SideResult> {
  const { features, seed, resume, stopped = () => false, onStep, onEpoch } = training;
  const settings = { ...SIDE_SETTINGS, ...training.settings };
  const config = sideConfigOf(features, settings);
  const sequences = firstChoices(training.sequences, settings.halfLife);
  const heldOut = (training.heldOut ?? []).map(withoutRepeats);
  const popularity = training.earlier?.slice() ?? new Float32Array(features.count);
  for (const row of training.sequences.rows) popularity[row]++;
  const logPopularity = popularity.map((chosen) => Math.log(1 + chosen));
  const known = Int32Array.from([...popularity.keys()].filter((row) => popularity[row] > 0));
  const catalog = { config, features, logPopularity };
  const initial = training.initial ?? freshSideWeights(config, features.count, seededRandom(seed));
  const start = resume?.weights ?? initial;
  const { frozen = new Set<string>() } = training;
  const still = Object.fromEntries(Object.entries(start).filter(([name]) => frozen.has(name)));
  const learning = Object.keys(start).filter((name) => !frozen.has(name));
  const trainer = new Trainer(start, learning, {
    learningRate: 0,
    weightDecay: (name) => (isOfRouter(name) ? 0 : isOfItems(name) ? settings.weightDecay : settings.contentDecay),
    clipNorm: 5,
    averaging: settings.averaging,
    rowWise: [SIDE_NAMES.embedding, SIDE_NAMES.bias],
  });
  const read = async (): Promise<Weights> => ({ ...still, ...(await trainer.readAverages()) });
  const reports = [...(resume?.reports ?? [])];
  let best = resume?.best ?? null;
  let step = resume?.steps ?? 0;
  try {
    if (resume) await trainer.resume(resume.adam, resume.averages);
    const stop = training.stop ?? settings.epochs;
    for (let epoch = reports.length + 1; epoch <= stop; epoch++) {
      // Separate for every epoch, so a resumed training continues exactly as it would have.
      const random = seededRandom(seed * 1009 + epoch);
      const batches = sideBatches(sequences, random);
      const cooling = coolingAfter(reports, settings.epochs, batches.length);
      if (cooling && epoch > cooling.last) break;
      const warmUp = Math.min(WARM_UP, Math.max(1, (batches.length * settings.epochs) / 4));
      let [sum, done] = [0, 0];
      for (let n = 0; n < batches.length; n++) {
        const rate = settings.learningRate * (cooling?.rate(epoch - 1 + n / batches.length) ?? 1);
        trainer.learningRate = rate * Math.min(1, ++step / warmUp);
        sum += await oneStep(batches.at(n), random);
        if (!Number.isFinite(sum)) {
          throw new SidestreamError(
            'model/not-finite',
            `The loss of epoch ${epoch} is not a finite number, so nothing is written. Train again with --from-scratch, without --resume.`,
          );
        }
        done++;
        onStep?.(done, batches.length, cooling?.last);
        // Leaves time for signals and messages: the awaited work within a step completes at once.
        await nextTask();
        if (stopped()) break;
      }
      const report: SideReport = { epoch, loss: sum / Math.max(1, done), heldOut: null };
      reports.push(report);
      if (heldOut.length > 0) {
        const weights = await read();
        const quality = heldOutQuality(await sideModelOf(weights, catalog), heldOut, (row) => popularity[row] > 0);
        // The shoppers may have no rankable choice; the last epoch is then as good as any.
        if (quality.choices > 0) report.heldOut = quality;
        const before = best && reports[best.epoch - 1].heldOut;
        if (report.heldOut && (!before || report.heldOut.lnRank < before.lnRank)) best = { epoch, weights };
      }
      const state = async (): Promise<SideTrainingState> => ({
        weights: { ...still, ...(await trainer.read()) },
        averages: await trainer.readAverages(),
        adam: await trainer.state(),
        steps: step,
        best,
        reports: [...reports],
      });
      await onEpoch?.(report, state, async () => sideModelOf(await read(), catalog));
      if (stopped()) break;
    }
    const weights = best?.weights ?? (await read());
    const model = await sideModelOf(weights, catalog);
    return { config, weights, model, logPopularity, popularity, epoch: best?.epoch ?? reports.length, reports };
  } finally {
    trainer.dispose();
  }

  async function oneStep(pieces: readonly SideSequence[], random: Random): Promise<number> {
    const { negatives, historyDropout, dropout, embeddingDropout } = settings;
    const batch = sideBatch(pieces, { known, negatives, historyDropout }, random);
    const options = { config, features, logPopularity, dropout, embeddingDropout };
    const { loss, dispose } = sideStep(batch, options, random);
    const value = await trainer.stepRows(loss, batch.rows);
    dispose();
    return value;
  }
}

/** A router that decays would give each expert the same share again. */
const isOfRouter = (name: string): boolean => name.includes('.router.');

/** Whether a weight belongs to single items, to the states or to adapters; all other weights read the content of items. */
const isOfItems = (name: string): boolean => ITEM_AND_STATE_NAMES.has(name) || name.includes('.adapter.');
const ITEM_AND_STATE_NAMES: ReadonlySet<string> = new Set(Object.values(SIDE_NAMES));

/**
 * The epochs in which the learning rate falls linearly to 0 (Haegele et al. 2024, "Scaling laws and compute-optimal training beyond fixed
 * training durations"): they begin once two epochs gain nothing for held-out shoppers, so the length of a training follows from its log.
 * @param most epochs at most @param steps of an epoch
 * @returns null while the rate stays
 */
export function coolingAfter(
  reports: readonly SideReport[],
  most: number,
  steps: number,
): { last: number; rate(epochs: number): number } | null {
  for (let done = 0; done <= reports.length; done++) {
    const [before, now] = [reports[done - 3]?.heldOut, reports[done - 1]?.heldOut];
    const isFlat = before && now && done * steps >= MIN_STEPS && before.lnRank - now.lnRank < CLEAR;
    const last = Math.min(most, done + Math.max(1, Math.round(COOLING * done)));
    if (isFlat || last === most) return { last, rate: (epochs) => Math.min(1, (last - epochs) / (last - done)) };
  }
  return null;
}

const withoutRepeats = (rows: Int32Array): Int32Array => Int32Array.from(new Set(rows));
