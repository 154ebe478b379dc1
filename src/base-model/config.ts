import type { BaseConfig, BaseRecipe } from '../catalog';
import {
  type Affine,
  freshLayer,
  fusionEntries,
  type Ladder,
  ladderEntries,
  makeUserEncoder,
  type StateDict,
  seededRandom,
  type TapShape,
  uniform,
  userEncoderEntries,
  type Weight,
  type Weights,
} from '../model';

/** Sizes of a base model where nothing else is given. */
const SIZES = { embeddingDim: 64, maxSeqLen: 20, heads: 2, blocks: 2, temperature: 0.1 };

/** The configuration of a base model, with defaults for what is not given. */
export const baseConfig = (recipe: BaseRecipe, given: Partial<Omit<BaseConfig, 'recipe'>> = {}): BaseConfig => ({
  ...SIZES,
  ...given,
  recipe,
});

/** Shapes of fusion and user encoder: all weights of a base model but its ladders. */
export function shapesBesideLadders(config: BaseConfig, dim: number): StateDict<number[]> {
  const shape = (...sides: number[]): number[] => sides;
  const fusion = { weight: [config.embeddingDim, 2 * dim], bias: [config.embeddingDim] };
  const encoder = makeUserEncoder(config, { position: shape, matrix: shape, bias: shape, scale: shape });
  return { ...fusionEntries(fusion), ...userEncoderEntries(encoder) };
}

/**
 * Untrained weights: matrices uniform in the bounds of a fresh linear layer, biases 0, LayerNorm scales 1; one expert
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
  const draw = (shape: number[], bound: number): Weight => ({
    shape,
    values: uniform(
      random,
      shape.reduce((product, side) => product * side, 1),
      bound,
    ),
  });
  const position = (rows: number, columns: number): Weight => draw([rows, columns], 0.05);
  const matrix = (rows: number, columns: number): Weight => draw([rows, columns], 1 / Math.sqrt(columns));
  const bias = (size: number): Weight => draw([size], 0);
  const scale = (size: number): Weight => ({ shape: [size], values: new Float32Array(size).fill(1) });
  const layers = (ladder: Ladder) =>
    Array.from({ length: taps[ladder] - 1 }, () => freshLayer(dim, bottleneckDim, random));
  const ladders = { text: layers('text'), image: layers('image') };
  const fusion: Affine<Weight> = { weight: matrix(config.embeddingDim, 2 * dim), bias: bias(config.embeddingDim) };
  const encoder = makeUserEncoder(config, { position, matrix, bias, scale });
  return { ...ladderEntries(ladders), ...fusionEntries(fusion), ...userEncoderEntries(encoder) };
}
