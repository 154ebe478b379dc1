import * as v from 'valibot';
import { type BaseConfig, baseConfigSchema, type FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
import {
  decodeSafetensors,
  disposeParameters,
  encodeSafetensors,
  expertNames,
  LADDERS,
  type Parameters,
  parametersFrom,
  routerNames,
  type StoredType,
  storedExpertCounts,
  type Weights,
} from '../model';
import { fixedWeights, type TableShape } from './config';
import { itemVectors, userVectors, vectorScores } from './vectors';

const FORMAT = 'sidestream-base';

/**
 * A base model: what a shop learned from the logs of all its users. Holds its weights on the compute backend, which
 * must be set, from the first use until `dispose`.
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
   * @param shape features that it is to be used with
   * @throws SidestreamError `model/bad-weights` when names, shapes or numbers are not those of such a model
   */
  static from(weights: Weights, config: BaseConfig, shape: TableShape): BaseModel {
    checkBase(weights, config, shape);
    return new BaseModel(weights, config);
  }

  /**
   * A model as `save` wrote it.
   * @throws SidestreamError `model/bad-weights` when it is damaged, or was made for other features
   */
  static load(bytes: Uint8Array, shape: TableShape): BaseModel {
    const { weights, metadata } = decodeSafetensors(bytes);
    if (metadata.format !== FORMAT) throw bad(`its format is "${metadata.format}", not "${FORMAT}"`);
    return BaseModel.from(weights, parseConfig(metadata.config), shape);
  }

  /** @param dtype default F16: half the download, and scores that differ by far less than learning does */
  save(dtype: StoredType = 'F16'): Uint8Array<ArrayBuffer> {
    return encodeSafetensors(this.weights, { format: FORMAT, config: JSON.stringify(this.config) }, dtype);
  }

  /**
   * Embeddings of a catalogue.
   * @returns [count, E]; unit rows, but for the recipe of the paper
   */
  embedItems(table: FeatureTable): Promise<Float32Array> {
    return itemVectors(this.#active(), this.config, table);
  }

  /**
   * One vector for each history, from its last L items.
   * @param items what `embedItems` said
   * @param histories rows of the catalogue, oldest first
   * @returns [histories.length, E]; unit rows, but for the recipe of the paper
   */
  userVectors(histories: readonly Int32Array[], items: Float32Array): Promise<Float32Array> {
    return userVectors(this.#active(), this.config, items, histories);
  }

  /**
   * Scores of every item for some users, before popularity: the `sidestream` recipe was trained to have
   * log(1 + popularity) added.
   * @param users [N, E] of `userVectors`
   * @param items [count, E] of `embedItems`
   * @returns [N, count]: cosine / temperature, or the dot product for the recipe of the paper
   */
  scores(users: Float32Array, items: Float32Array): Promise<Float32Array> {
    return vectorScores(this.config, users, items);
  }

  /** Frees the compute backend's memory; the next use takes it again. */
  dispose(): void {
    if (this.#parameters) disposeParameters(this.#parameters);
    this.#parameters = null;
  }

  #active(): Parameters {
    this.#parameters ??= parametersFrom(this.weights);
    return this.#parameters;
  }
}

const bad = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError('model/bad-weights', `The base model cannot be used: ${reason}. Train it for this bundle.`, {
    cause,
  });

function parseConfig(text: string | undefined): BaseConfig {
  let data: unknown;
  try {
    data = JSON.parse(text ?? '');
  } catch (error) {
    throw bad('what is kept beside the weights is not JSON', error);
  }
  const parsed = v.safeParse(baseConfigSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw bad(`${v.getDotPath(issue) ?? 'its configuration'}: ${issue.message}`);
}

/**
 * Checks that weights are those of a base model of this configuration over these features.
 * @throws SidestreamError `model/bad-weights` naming the first that is not
 */
export function checkBase(weights: Weights, config: BaseConfig, shape: TableShape): void {
  const { dim, taps } = shape;
  if (config.embeddingDim % config.heads !== 0) {
    throw bad(`embeddings of ${config.embeddingDim} do not split into ${config.heads} heads`);
  }
  const expected = new Map<string, (number | null)[]>(fixedWeights(config, shape));
  for (const ladder of LADDERS) {
    const counts = storedExpertCounts(weights, ladder);
    if (counts.length !== taps[ladder] - 1) {
      throw bad(`the ${ladder} ladder has ${counts.length} layers, the features need ${taps[ladder] - 1}`);
    }
    for (const [layer, count] of counts.entries()) {
      if (count === 0) throw bad(`layer ${layer} of the ${ladder} ladder has no expert`);
      for (let index = 0; index < count; index++) {
        const { down, up } = expertNames(ladder, layer, index);
        expected.set(down, [null, dim]);
        expected.set(up, [dim, weights[down].shape[0]]);
      }
      const router = routerNames(ladder, layer);
      expected.set(router.weight, [count + 1, dim]);
      if (Object.hasOwn(weights, router.bias)) expected.set(router.bias, [count + 1]);
    }
  }
  for (const [name, sides] of expected) {
    if (!Object.hasOwn(weights, name)) throw bad(`"${name}" is missing`);
    const { shape: found, values } = weights[name];
    const fits = found.length === sides.length && sides.every((side, axis) => side === null || side === found[axis]);
    if (!fits) throw bad(`"${name}" has shape [${found}], not [${sides.map((side) => side ?? 'any')}]`);
    if (!values.every(Number.isFinite)) throw bad(`"${name}" holds numbers that are not finite`);
  }
  const extra = Object.keys(weights).find((name) => !expected.has(name));
  if (extra !== undefined) throw bad(`"${extra}" does not belong to it`);
}
