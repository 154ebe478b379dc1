import { BaseModel } from '../base-model';
import type { LearnerCatalog } from '../learner';
import {
  expandByMean,
  mapLayers,
  newestNames,
  type Random,
  randomRouterRow,
  seededRandom,
  Trainer,
  type Weights,
} from '../model';
import { cutChunks, type OfflineSource, prepareBatch } from '../training';
import type { DeviceMethod, DeviceRun } from './device';

export interface TuningOptions {
  seed: number;
}

/** Events between two trainings. */
const INTERVAL = 10;
const STEPS = 5;
/** Newest events that the steps are taken on. */
const LONGEST_SEQUENCE = 160;
/** Uniform negatives of one step. */
const NEGATIVES = 512;
/** Norm that the gradient of one step is scaled down to. */
const CLIP_NORM = 5;

/** How a shopper's copy of the base model learns. */
interface Tuning {
  name: string;
  /** What every shopper starts from. */
  weights: Weights;
  /** Names of the weights that learn. */
  trainable: string[];
  learningRate: number;
  seed: number;
}

/**
 * The expandable mixture of XSMoE as published, on one shopper's device: every layer of the base model's ladders gets an
 * expert that is the mean of the others, with a random router row; only the newest experts and the routers learn, 5
 * steps of Adam at 5e-4 every 10 events. Scores as the base model does.
 * @param model stays as it is
 */
export function paperExpertMethod(catalog: LearnerCatalog, model: BaseModel, { seed }: TuningOptions): DeviceMethod {
  const weights = mapLayers(model.weights, (layer, ladder, index) =>
    expandByMean(layer, randomRouterRow(seed, ladder, index, layer.router.weight.shape[1])),
  );
  const trainable = newestNames(weights).names;
  return tuningMethod(catalog, model, { name: 'paper-expert', weights, trainable, learningRate: 5e-4, seed });
}

/**
 * The base model's side network trained as a whole on one shopper's device, nothing frozen: 5 steps of Adam at 1e-4
 * every 10 events. Scores as the base model does.
 * @param model stays as it is
 */
export function fullFinetuneMethod(catalog: LearnerCatalog, model: BaseModel, { seed }: TuningOptions): DeviceMethod {
  const { weights } = model;
  const trainable = Object.keys(weights);
  return tuningMethod(catalog, model, { name: 'full-finetune', weights, trainable, learningRate: 1e-4, seed });
}

function tuningMethod(catalog: LearnerCatalog, { config }: BaseModel, tuning: Tuning): DeviceMethod {
  const { table } = catalog;
  const model = BaseModel.from(tuning.weights, config, table);
  let items: Promise<Float32Array> | undefined;
  const embed = (): Promise<Float32Array> => {
    items ??= model.embedItems(table);
    return items;
  };
  return { name: tuning.name, start: () => new TunedCopy(catalog, { model, embed }, tuning) };
}

/** State shared by all shoppers until their first training. */
interface Fresh {
  model: BaseModel;
  /** Embeddings of the catalogue, computed once. */
  embed(): Promise<Float32Array>;
}

/** One shopper's copy of the base model. */
class TunedCopy implements DeviceRun {
  readonly #catalog: LearnerCatalog;
  readonly #tuning: Tuning;
  readonly #fresh: Fresh;
  readonly #random: Random;
  readonly #rows: number[] = [];
  #model: BaseModel;
  #items: Float32Array | null = null;
  #trainer: Trainer | null = null;

  constructor(catalog: LearnerCatalog, fresh: Fresh, tuning: Tuning) {
    this.#catalog = catalog;
    this.#fresh = fresh;
    this.#tuning = tuning;
    this.#model = fresh.model;
    this.#random = seededRandom(tuning.seed);
  }

  async scores(): Promise<Float32Array> {
    const { logPopularity } = this.#catalog.index;
    this.#items ??= await this.#fresh.embed();
    const user = await this.#model.userVectors([Int32Array.from(this.#rows)], this.#items);
    const score = await this.#model.scores(user, this.#items);
    for (let i = 0; i < score.length; i++) score[i] += logPopularity[i];
    return score;
  }

  async observe(row: number): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length % INTERVAL === 0) await this.#train();
  }

  close(): void {
    this.#trainer?.dispose();
    this.#trainer = null;
    this.#model.dispose();
    // Frees memory; the next shopper loads it again.
    this.#fresh.model.dispose();
  }

  async #train(): Promise<void> {
    const { table } = this.#catalog;
    const { weights, trainable, learningRate } = this.#tuning;
    const { config } = this.#model;
    this.#trainer ??= new Trainer(weights, trainable, { learningRate, clipNorm: CLIP_NORM });
    const sequence = Int32Array.from(this.#rows.slice(-LONGEST_SEQUENCE));
    const source = this.#sourceOf(sequence);
    for (let step = 0; step < STEPS; step++) {
      const chunks = cutChunks([sequence], config.maxSeqLen, this.#random);
      const batch = prepareBatch(config, table, chunks, source, this.#random);
      this.#trainer.step(batch.loss).dispose();
      batch.dispose();
    }
    const learned = await this.#trainer.read();
    this.#model.dispose();
    this.#model = BaseModel.from({ ...weights, ...learned }, config, table);
    this.#items = await this.#model.embedItems(table);
  }

  #sourceOf(sequence: Int32Array): OfflineSource {
    const { index, table } = this.#catalog;
    const choices = new Float32Array(table.count);
    for (const row of sequence) choices[row]++;
    return {
      count: table.count,
      own: [new Set(sequence)],
      choices,
      total: sequence.length,
      prior: index.logPopularity,
      negatives: NEGATIVES,
    };
  }
}
