import { setImmediate } from 'node:timers/promises';
import type { SideModel } from '../../../core/catalog/side-model';
import { type Random, seededRandom, Trainer, type Weights } from '../../../core/model';
import { freshSideWeights, SIDE_DECAYS, SIDE_NAMES, type SideConfig } from '../../../core/model/side';
import { type HeldOutQuality, heldOutQuality } from './held-out';
import { sideBatch, sideBatches } from './side-batch';
import { inputWidths, type SideFeatures } from './side-features';
import { sideModelOf } from './side-model-of';
import { sideStep } from './side-step';

/** How a side model is trained. The defaults were chosen inside the past of one log and hold on six. */
export interface SideSettings {
  /** Dimensions of an item vector. Default 64. */
  width: number;
  /** Hidden units of an expert. Default 128. */
  hidden: number;
  /** Decays that the states start from. */
  decays: readonly number[];
  /** At most; held-out shoppers say after which to stop. Default 16. */
  epochs: number;
  /** Highest learning rate, after the warm-up; it falls to 0 by a cosine. Default 0.003. */
  learningRate: number;
  /** Of AdamW, for the items' embeddings and the states. Default 0.01. */
  weightDecay: number;
  /** The same for the experts and the paths beside them, which would otherwise know each item by its words. Default 1. */
  contentDecay: number;
  /** Items sampled in a batch, from which its choices are made. Default 768. */
  negatives: number;
  /**
   * Share that the moving average of the weights keeps in a step; it is what is kept of a training, as single steps leave each
   * item where its last choices moved it. Default 0.99.
   */
  averaging: number;
  /** Probability that a hidden unit is dropped. Default 0.2. */
  dropout: number;
  /** Probability that an item's embedding is dropped for a batch, so that new items are placed by what they are. Default 0.3. */
  embeddingDropout: number;
  /** Probability that a choice does not enter the states. Default 0.2. */
  historyDropout: number;
  /** False: items are nothing but their embeddings. Default true. */
  content: boolean;
}

export const SIDE_SETTINGS: SideSettings = {
  width: 64,
  hidden: 128,
  decays: SIDE_DECAYS,
  epochs: 16,
  learningRate: 3e-3,
  weightDecay: 0.01,
  contentDecay: 1,
  negatives: 768,
  averaging: 0.99,
  dropout: 0.2,
  embeddingDropout: 0.3,
  historyDropout: 0.2,
  content: true,
};

/** Steps until the learning rate has risen to its highest. */
const WARM_UP = 50;

/** A training between two epochs. */
export interface SideTrainingState {
  weights: Weights;
  /** Their moving averages. */
  averages: Weights;
  adam: Weights;
  steps: number;
  best: { epoch: number; weights: Weights } | null;
  reports: SideReport[];
}

export interface SideReport {
  epoch: number;
  loss: number;
  /** Null where no shopper is held out. */
  heldOut: HeldOutQuality | null;
}

export interface SideTraining {
  features: SideFeatures;
  /** Rows of each shopper's choices, oldest first; repeats are left out. */
  sequences: readonly Int32Array[];
  /** Sequences of shoppers who are not learned from: the epoch that ranks their choices best is kept. Default: none, the last epoch is. */
  heldOut?: readonly Int32Array[];
  /** Settings other than those of every shop. */
  settings?: Partial<SideSettings>;
  seed: number;
  /** Weights to go on from. Default: fresh ones. */
  initial?: Weights;
  /** Names of weights that stay as they are. Default: all learn. */
  frozen?: ReadonlySet<string>;
  /** [count] How often each item was chosen before the sequences. Default: never. */
  earlier?: Float32Array;
  resume?: SideTrainingState;
  /** Epoch after which the training ends, whose learning rate falls as if it went on. Default: the last one. */
  stop?: number;
  onStep?(step: number, steps: number): void;
  /**
   * @param state reads the training, to be resumed from there
   * @param model computes the model as it is now
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
  /** [count] What the model took for the log popularity of each item. */
  logPopularity: Float32Array;
  /** [count] How often each item was chosen, the earlier choices among them. */
  popularity: Float32Array;
  /** Epoch that was kept, from 1. */
  epoch: number;
  reports: SideReport[];
}

/**
 * Trains a side model end to end through the rule by which devices learn: the next choice is scored by fading sums of the
 * vectors of the earlier ones. The compute backend must be set.
 */
export async function trainSide(training: SideTraining): Promise<SideResult> {
  const { features: all, seed, resume, onStep, onEpoch } = training;
  const settings = { ...SIDE_SETTINGS, ...training.settings };
  const features = settings.content ? all : withoutContent(all);
  const config: SideConfig = {
    width: settings.width,
    hidden: settings.hidden,
    inputs: inputWidths(features),
    decays: [...settings.decays],
  };
  const sequences = training.sequences.map(withoutRepeats).filter(({ length }) => length > 1);
  const heldOut = (training.heldOut ?? []).map(withoutRepeats);
  const popularity = training.earlier?.slice() ?? new Float32Array(features.count);
  for (const rows of training.sequences) for (const row of rows) popularity[row]++;
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
    weightDecay: (name) => (isOfItems(name) ? settings.weightDecay : settings.contentDecay),
    clipNorm: 5,
    averaging: settings.averaging,
  });
  const read = async (): Promise<Weights> => ({ ...still, ...(await trainer.readAverages()) });
  const reports = [...(resume?.reports ?? [])];
  let best = resume?.best ?? null;
  let step = resume?.steps ?? 0;
  try {
    if (resume) await trainer.resume(resume.adam, resume.averages);
    const last = Math.min(settings.epochs, training.stop ?? settings.epochs);
    for (let epoch = reports.length + 1; epoch <= last; epoch++) {
      // Of its own in every epoch, so that a training that is resumed goes on as it would have.
      const random = seededRandom(seed * 1009 + epoch);
      const batches = sideBatches(sequences, random);
      const steps = batches.length * settings.epochs;
      let sum = 0;
      for (const [n, pieces] of batches.entries()) {
        trainer.learningRate = settings.learningRate * schedule(step++, steps);
        sum += await oneStep(pieces, random);
        onStep?.(n + 1, batches.length);
        // Leaves time for signals: what is awaited in a step is done at once.
        await setImmediate();
      }
      const report: SideReport = { epoch, loss: sum / Math.max(1, batches.length), heldOut: null };
      reports.push(report);
      if (heldOut.length > 0) {
        const weights = await read();
        const quality = heldOutQuality(await sideModelOf(weights, catalog), heldOut, (row) => popularity[row] > 0);
        // Shoppers may have chosen nothing that can be ranked; then the last epoch is as good as any.
        if (quality.choices > 0) report.heldOut = quality;
        const before = best && reports[best.epoch - 1].heldOut;
        if (report.heldOut && (!before || report.heldOut.lnRank < before.lnRank)) best = { epoch, weights };
      }
      const state = async (): Promise<SideTrainingState> => ({
        ...{ weights: { ...still, ...(await trainer.read()) }, averages: await trainer.readAverages() },
        ...{ adam: await trainer.state(), steps: step },
        ...{ best, reports: [...reports] },
      });
      await onEpoch?.(report, state, async () => sideModelOf(await read(), catalog));
    }
    const weights = best?.weights ?? (await read());
    const model = await sideModelOf(weights, catalog);
    return { config, weights, model, logPopularity, popularity, epoch: best?.epoch ?? reports.length, reports };
  } finally {
    trainer.dispose();
  }

  async function oneStep(pieces: readonly Int32Array[], random: Random): Promise<number> {
    const { negatives, historyDropout, dropout, embeddingDropout } = settings;
    const batch = sideBatch(pieces, { known, negatives, historyDropout }, random);
    const options = { config, features, logPopularity, dropout, embeddingDropout };
    const { loss, dispose } = sideStep(batch, options, random);
    const value = trainer.step(loss);
    const [number] = await value.data();
    value.dispose();
    dispose();
    return number;
  }
}

/** Whether a weight is of single items or of the states; all others read what items are. */
const isOfItems = (name: string): boolean => ITEM_AND_STATE_NAMES.has(name);
const ITEM_AND_STATE_NAMES: ReadonlySet<string> = new Set(Object.values(SIDE_NAMES));

/** Share of the highest learning rate. */
function schedule(step: number, steps: number): number {
  const warm = Math.min(1, (step + 1) / Math.min(WARM_UP, Math.max(1, steps / 4)));
  return warm * 0.5 * (1 + Math.cos((Math.PI * Math.min(step, steps)) / Math.max(1, steps)));
}

const withoutRepeats = (rows: Int32Array): Int32Array => Int32Array.from(new Set(rows));

const withoutContent = ({ count }: SideFeatures): SideFeatures => {
  const none = { columns: 0, values: new Float32Array() };
  return { count, inputs: { text: none, image: none, attributes: none } };
};
