import * as v from 'valibot';
import {
  freshLayer,
  fusionEntries,
  type Ladder,
  ladderEntries,
  type StateDict,
  seededRandom,
  type TapShape,
  uniform,
  userEncoderEntries,
  userEncoderNames,
  userEncoderShapes,
  type Weight,
  type Weights,
} from '../model';

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536));

/**
 * How a base model is trained and how its scores are read.
 * `sidestream`: cosine over a temperature, log popularity added; the user vector is the transformer's output plus the
 * mean of the history. `paper`: dot product of item embedding and transformer output.
 */
export const BASE_RECIPES = ['sidestream', 'paper'] as const;
export type BaseRecipe = (typeof BASE_RECIPES)[number];

/** Configuration of a base model. */
export const baseConfigSchema = v.strictObject({
  recipe: v.picklist(BASE_RECIPES),
  /** E: width of item embeddings and user vectors; a multiple of `heads`. */
  embeddingDim: size,
  /** L: items of a history that the user encoder reads. */
  maxSeqLen: size,
  heads: size,
  blocks: size,
  /** Scores of the `sidestream` recipe are cosines divided by this. */
  temperature: v.pipe(v.number(), v.finite(), v.minValue(1e-6)),
});
export type BaseConfig = v.InferOutput<typeof baseConfigSchema>;

/** Default sizes of a base model. */
const SIZES = { embeddingDim: 64, maxSeqLen: 20, heads: 2, blocks: 2, temperature: 0.1 };

/** The configuration of a base model, with defaults for missing fields. */
export const baseConfig = (recipe: BaseRecipe, given: Partial<Omit<BaseConfig, 'recipe'>> = {}): BaseConfig => ({
  ...SIZES,
  ...given,
  recipe,
});

/** Shapes of fusion and user encoder: all weights of a base model but its ladders. */
export const shapesBesideLadders = (config: BaseConfig, dim: number): StateDict<number[]> => ({
  ...fusionEntries({ weight: [config.embeddingDim, 2 * dim], bias: [config.embeddingDim] }),
  ...userEncoderEntries(userEncoderShapes(config)),
});

/**
 * Untrained weights: matrices uniform in the bounds of a fresh linear layer, biases 0, LayerNorm weights 1; one expert
 * per layer that passes its input on unchanged (up = 0), and even gates.
 * @param bottleneckDim H: inner width of an expert
 */
export function initialWeights(
  config: BaseConfig,
  { dim, taps }: TapShape,
  bottleneckDim: number,
  seed: number,
): Weights {
  const random = seededRandom(seed);
  const layers = (ladder: Ladder) =>
    Array.from({ length: taps[ladder] - 1 }, () => freshLayer(dim, bottleneckDim, random));
  const weights: Record<string, Weight> = ladderEntries({ text: layers('text'), image: layers('image') });
  const { position, norm, blocks } = userEncoderNames(config.blocks);
  const norms = [norm, ...blocks.flatMap(({ attentionNorm, feedForwardNorm }) => [attentionNorm, feedForwardNorm])];
  const ones = new Set(norms.map(({ weight }) => weight));
  for (const [name, shape] of Object.entries(shapesBesideLadders(config, dim))) {
    const size = shape.reduce((product, side) => product * side, 1);
    const bound = shape.length === 1 ? 0 : name === position ? 0.05 : 1 / Math.sqrt(shape[1]);
    const values = ones.has(name) ? new Float32Array(size).fill(1) : uniform(random, size, bound);
    weights[name] = { shape, values };
  }
  return weights;
}
