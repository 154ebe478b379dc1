import type { FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import {
  checkWeights,
  disposeParameters,
  type Parameters,
  parametersFrom,
  type TapShape,
  type Weights,
} from '../model';
import { type BaseConfig, shapesBesideLadders } from './config';
import { itemVectors, userVectors, vectorScores } from './vectors';

/**
 * A base model: the model that a shop trained on the logs of all its users. Holds its weights on the compute backend,
 * which must be set, from the first use until `dispose`.
 */
export class BaseModel {
  readonly config: BaseConfig;
  readonly weights: Weights;
  #parameters: Parameters | null = null;

  private constructor(weights: Weights, config: BaseConfig) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * A model of these weights.
   * @param shape of the features that it will read
   * @throws SidestreamError `model/bad-weights` when names, shapes or numbers do not fit
   */
  static from(weights: Weights, config: BaseConfig, shape: TapShape): BaseModel {
    checkBase(weights, config, shape);
    return new BaseModel(weights, config);
  }

  /**
   * Embeddings of a catalogue.
   * @returns [count, E]; unit rows, except by the recipe `paper`
   */
  embedItems(table: FeatureTable): Promise<Float32Array> {
    return itemVectors(this.#active(), this.config, table);
  }

  /**
   * One vector for each history, from its last L items.
   * @param items of `embedItems`
   * @param histories rows of the catalogue, oldest first
   * @returns [histories.length, E]; unit rows, except by the recipe `paper`
   */
  userVectors(histories: readonly Int32Array[], items: Float32Array): Promise<Float32Array> {
    return userVectors(this.#active(), this.config, items, histories);
  }

  /**
   * Scores of every item for some users. The recipe `sidestream` is trained to have log(1 + popularity) added.
   * @param users [N, E] of `userVectors`
   * @param items [count, E] of `embedItems`
   * @returns [N, count]: cosine / temperature, or the dot product by the recipe `paper`
   */
  scores(users: Float32Array, items: Float32Array): Promise<Float32Array> {
    return vectorScores(this.config, users, items);
  }

  /** Frees the compute backend's memory; the next use allocates it again. */
  dispose(): void {
    if (this.#parameters) disposeParameters(this.#parameters);
    this.#parameters = null;
  }

  #active(): Parameters {
    this.#parameters ??= parametersFrom(this.weights);
    return this.#parameters;
  }
}

const bad = (reason: string): SidestreamError =>
  new SidestreamError('model/bad-weights', `The base model cannot be used: ${reason}. Train it for this bundle.`);

/**
 * Checks that weights are those of a base model of this configuration over these features.
 * @throws SidestreamError `model/bad-weights` naming the first that does not fit
 */
function checkBase(weights: Weights, config: BaseConfig, shape: TapShape): void {
  if (config.embeddingDim % config.heads !== 0) {
    throw bad(`embeddings of ${config.embeddingDim} do not split into ${config.heads} heads`);
  }
  const wrong = checkWeights(weights, shape, shapesBesideLadders(config, shape.dim), 'optional');
  if (wrong) throw bad(wrong);
}
