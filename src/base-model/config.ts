import type { BaseConfig, BaseRecipe, FeatureTable } from '../catalog';
import {
  blockNames,
  expertNames,
  FUSION_NAMES,
  LADDERS,
  type ModelConfig,
  routerNames,
  seededRandom,
  USER_NAMES,
  uniform,
  type Weight,
  type Weights,
} from '../model';

/** Sizes of a base model when nothing else is said. */
const SIZES = { embeddingDim: 64, maxSeqLen: 20, heads: 2, blocks: 2, temperature: 0.1 };

/** The configuration of a base model, with defaults for what is not given. */
export const baseConfig = (recipe: BaseRecipe, given: Partial<Omit<BaseConfig, 'recipe'>> = {}): BaseConfig => ({
  ...SIZES,
  ...given,
  recipe,
});

/** The part of a feature table that weights must fit. */
export type TableShape = Pick<FeatureTable, 'dim' | 'taps'>;

/** The sizes as the functions of the model take them. */
export const modelConfig = ({ embeddingDim, maxSeqLen, heads, blocks }: BaseConfig): ModelConfig => ({
  embeddingDim,
  maxSeqLen,
  heads,
  blocks,
  // What follows is read off the weights.
  hiddenDim: 0,
  bottleneckDim: 0,
  tapLayers: 0,
});

/** One weight of a base model: its name and shape; null where any size fits. */
type Expected = [name: string, shape: (number | null)[]];

/** Every weight that a base model has, whatever its number of experts, except for experts and routers. */
export function fixedWeights({ embeddingDim: width, maxSeqLen, blocks }: BaseConfig, { dim }: TableShape): Expected[] {
  const norm = (names: { weight: string; bias: string }): Expected[] => [
    [names.weight, [width]],
    [names.bias, [width]],
  ];
  const block = (index: number): Expected[] => {
    const names = blockNames(index);
    return [
      ...[names.query, names.key, names.value, names.output].map((name): Expected => [name, [width, width]]),
      [names.inner.weight, [4 * width, width]],
      [names.inner.bias, [4 * width]],
      [names.outer.weight, [width, 4 * width]],
      [names.outer.bias, [width]],
      ...norm(names.attentionNorm),
      ...norm(names.feedNorm),
    ];
  };
  return [
    [FUSION_NAMES.weight, [width, 2 * dim]],
    [FUSION_NAMES.bias, [width]],
    [USER_NAMES.position, [maxSeqLen, width]],
    ...norm(USER_NAMES.norm),
    ...Array.from({ length: blocks }, (_, index) => block(index)).flat(),
  ];
}

/**
 * Untrained weights: matrices uniform in the bounds of a fresh linear layer, biases 0, norms 1; one expert per layer
 * that passes its input on unchanged (up = 0) and even gates.
 * @param bottleneckDim H: inner width of an expert
 */
export function initialWeights(
  config: BaseConfig,
  { dim, taps }: TableShape,
  bottleneckDim: number,
  seed: number,
): Weights {
  const random = seededRandom(seed);
  const weights: Record<string, Weight> = {};
  for (const ladder of LADDERS) {
    for (let layer = 0; layer < taps[ladder] - 1; layer++) {
      const { down, up } = expertNames(ladder, layer, 0);
      const values = uniform(random, bottleneckDim * dim, 1 / Math.sqrt(dim));
      weights[down] = { shape: [bottleneckDim, dim], values };
      weights[up] = { shape: [dim, bottleneckDim], values: new Float32Array(dim * bottleneckDim) };
      weights[routerNames(ladder, layer).weight] = { shape: [2, dim], values: new Float32Array(2 * dim) };
    }
  }
  for (const [name, sizes] of fixedWeights(config, { dim, taps })) {
    const shape = sizes.map((side) => side ?? 0);
    const size = shape.reduce((product, side) => product * side, 1);
    const norm = shape.length === 1 && name.endsWith('layer_norm.weight');
    const bound = shape.length === 1 ? 0 : name === USER_NAMES.position ? 0.05 : 1 / Math.sqrt(shape[1]);
    weights[name] = { shape, values: norm ? new Float32Array(size).fill(1) : uniform(random, size, bound) };
  }
  return weights;
}
