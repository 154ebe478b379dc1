import * as v from 'valibot';
import { type BaseConfig, baseConfigSchema, type FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import {
  checkWeights,
  decodeSafetensors,
  disposeParameters,
  encodeSafetensors,
  type Parameters,
  parametersFrom,
  type StoredType,
  type TapShape,
  type Weights,
} from '../model';
import { shapesBesideLadders } from './config';
import { itemVectors, userVectors, vectorScores } from './vectors';

const FORMAT = 'sidestream-base';

/**
 * A base model: the model that a shop trained on the logs of all its users. Holds its weights on the compute backend,
 * which must be set, from the first use until `dispose`.
 */
export class BaseModel {
  readonly config: BaseConfig;
  readonly weights: Weights;
  /** SHA-256 of its file; empty where it is of none. */
  readonly digest: string;
  #parameters: Parameters | null = null;

  private constructor(weights: Weights, config: BaseConfig, digest: string) {
    this.config = config;
    this.weights = weights;
    this.digest = digest;
  }

  /**
   * A model of these weights.
   * @param shape of the features that it will read
   * @param digest SHA-256 of its file. Default: it is of none
   * @throws SidestreamError `model/bad-weights` when names, shapes or numbers do not fit
   */
  static from(weights: Weights, config: BaseConfig, shape: TapShape, digest = ''): BaseModel {
    checkBase(weights, config, shape);
    return new BaseModel(weights, config, digest);
  }

  /**
   * Reads a model that `save` wrote.
   * @param digest SHA-256 of the file. Default: it is of none
   * @throws SidestreamError `model/bad-weights` when it is damaged, or was made for other features
   */
  static load(bytes: Uint8Array, shape: TapShape, digest = ''): BaseModel {
    const { weights, metadata } = decodeSafetensors(bytes);
    if (metadata.format !== FORMAT) throw bad(`its format is "${metadata.format}", not "${FORMAT}"`);
    return BaseModel.from(weights, parseConfig(metadata.config), shape, digest);
  }

  /** @param dtype default F16: half the download, and scores that differ by far less than learning does */
  save(dtype: StoredType = 'F16'): Uint8Array<ArrayBuffer> {
    return encodeSafetensors(this.weights, { format: FORMAT, config: JSON.stringify(this.config) }, dtype);
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

/** What ranking reads of a base model. */
export type BaseScorer = Pick<BaseModel, 'config' | 'digest' | 'embedItems' | 'userVectors' | 'scores' | 'dispose'>;

const bad = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError('model/bad-weights', `The base model cannot be used: ${reason}. Train it for this bundle.`, {
    cause,
  });

function parseConfig(text: string | undefined): BaseConfig {
  let data: unknown;
  try {
    data = JSON.parse(text ?? '');
  } catch (error) {
    throw bad('its configuration is not JSON', error);
  }
  const parsed = v.safeParse(baseConfigSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw bad(`${v.getDotPath(issue) ?? 'its configuration'}: ${issue.message}`);
}

/**
 * Checks that weights are those of a base model of this configuration over these features.
 * @throws SidestreamError `model/bad-weights` naming the first that does not fit
 */
export function checkBase(weights: Weights, config: BaseConfig, shape: TapShape): void {
  if (config.embeddingDim % config.heads !== 0) {
    throw bad(`embeddings of ${config.embeddingDim} do not split into ${config.heads} heads`);
  }
  const wrong = checkWeights(weights, shape, shapesBesideLadders(config, shape.dim), 'optional');
  if (wrong) throw bad(wrong);
}
