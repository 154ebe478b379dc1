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

/**
 * How a base model is trained and how its scores are read.
 * `sidestream`: cosine over a temperature, log popularity added; the user vector is the transformer's output plus the
 * mean of the history. `paper`: dot product of item embedding and transformer output.
 */
export type BaseRecipe = 'sidestream' | 'paper';

/** Configuration of a base model. */
export interface BaseConfig {
  recipe: BaseRecipe;
  /** E: width of item embeddings and user vectors; a multiple of `heads`. */
  embeddingDim: number;
  /** L: items of a history that the user encoder reads. */
  maxSeqLen: number;
  heads: number;
  blocks: number;
  /** Scores of the `sidestream` recipe are cosines divided by this. */
  temperature: number;
}

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
