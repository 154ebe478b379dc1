import { type BaseConfig, BaseModel } from '../base-model';
import type { FeatureTable } from '../catalog';
import type { Utilization, Weights } from '../model';
import { nextWeights, type RankCase, trainOffline } from '../training';
import { type OfflineValues, recentSimilarity, rowsOf } from './offline-terms';

/** How a model is trained from one window to the next. */
export interface ModelPlan {
  config: BaseConfig;
  /** Features of the catalogue. */
  table: FeatureTable;
  /**
   * How a window begins. `grow`: the least used experts go, one is added to every layer, by the rules of the recipe;
   * `keep-all`: one is added to every layer, none goes; `stay`: as the last one ended.
   */
  growth: 'grow' | 'keep-all' | 'stay';
  /** Whether all but the newest expert of each layer are frozen after the first window. */
  freeze: boolean;
  /** Epochs of a window at most. */
  epochs: number;
  /**
   * Whether the last choices of a window steer its training: it slows down and stops when they are ranked no better. Else
   * all epochs are trained, at a rate that falls evenly.
   */
  earlyStopping: boolean;
  seed: number;
}

/** Training data of a window. */
export interface TrainingStep {
  /** Catalogue rows of each user's choices, oldest first. */
  sequences: readonly Int32Array[];
  /** Its last choices: training stops when these are ranked no better. */
  validation: readonly RankCase[];
  /** [count] popularity of the validation's scores. */
  popularity: Float32Array;
}

/** Epochs without a better ranking after which a window's training stops. */
const PATIENCE = 2;

/** A model that is trained window after window. */
export class WindowModel {
  readonly #plan: ModelPlan;
  #window = 0;
  #weights: Weights | undefined;
  #utilization: Utilization = { text: [], image: [] };
  #model: BaseModel | null = null;
  #items: Float32Array = new Float32Array(0);

  constructor(plan: ModelPlan) {
    this.#plan = plan;
  }

  /** Steps of a sequence that the user encoder sees. */
  get context(): number {
    return this.#plan.config.maxSeqLen;
  }

  /** Epochs of a window at most. */
  get epochs(): number {
    return this.#plan.epochs;
  }

  /** Number of parameters: ladders, routers, fusion and user encoder. 0 before the first window. */
  get parameters(): number {
    return Object.values(this.#weights ?? {}).reduce((sum, { values }) => sum + values.length, 0);
  }

  /**
   * Trains on the next window.
   * @param onEpoch called after each epoch
   * @returns number of epochs
   */
  async learn(step: TrainingStep, onEpoch?: () => void): Promise<number> {
    const { config, table, freeze, epochs, earlyStopping, seed } = this.#plan;
    const result = await trainOffline({
      config,
      table,
      sequences: step.sequences,
      validation: earlyStopping ? step.validation : [],
      validationPopularity: step.popularity,
      seed: seed + this.#window,
      initial: this.#weights && this.#next(this.#weights),
      freezeExperts: freeze && this.#window > 0,
      epochs,
      patience: PATIENCE,
      onEpoch: () => onEpoch?.(),
    });
    this.#window++;
    this.#weights = result.weights;
    this.#utilization = result.utilization;
    this.dispose();
    this.#model = BaseModel.from(result.weights, config, table);
    this.#items = await this.#model.embedItems(table);
    return result.reports.length;
  }

  /** The terms of this model, for each case. Empty before the first window. */
  async terms(cases: readonly RankCase[]): Promise<OfflineValues[]> {
    const model = this.#model;
    if (!model) return cases.map(() => ({}));
    const { config, table } = this.#plan;
    const histories = cases.map(({ history }) => history);
    const scores = rowsOf(
      await model.scores(await model.userVectors(histories, this.#items), this.#items),
      table.count,
    );
    if (config.recipe === 'paper') return scores.map((model) => ({ model }));
    const vectors = { count: table.count, width: config.embeddingDim, values: this.#items };
    const embedding = await recentSimilarity(vectors, cases);
    return scores.map((model, index) => ({ model, embedding: embedding[index] }));
  }

  /** Frees the compute backend's memory. */
  dispose(): void {
    this.#model?.dispose();
  }

  #next(weights: Weights): Weights {
    const { config, growth, seed } = this.#plan;
    if (growth === 'stay') return weights;
    const options =
      growth === 'grow'
        ? { seed: seed + this.#window }
        : { seed, pruning: false, maxExperts: Number.POSITIVE_INFINITY };
    return nextWeights(weights, this.#utilization, config.recipe, options);
  }
}
