import type { StateDict, Weight, Weights } from '../../packages/shop/training/model/weights';
import { type Random, seededRandom, uniform } from '../../src/core/common/random';
import { type Ladder, type Layer, ladderEntries, layersOf } from './state-dict';
import { entriesOf, type UserEncoder, userEncoderNames } from './user-encoder';

interface LadderSizes {
  dim: number;
  bottleneck: number;
  /** Experts of every layer, the same in both ladders. */
  experts: number[];
  bias?: boolean;
}

/** Sizes of a whole model. */
interface ModelConfig {
  hiddenDim: number;
  embeddingDim: number;
  bottleneckDim: number;
  maxSeqLen: number;
  heads: number;
  blocks: number;
  tapLayers: number;
}

/** Shapes of a layer over taps of `dim` columns. @param bottlenecks H of each expert */
const layerShapes = (dim: number, bottlenecks: number[], bias: boolean): Layer<number[]> => ({
  experts: bottlenecks.map((inner) => ({ down: [inner, dim], up: [dim, inner] })),
  router: { weight: [bottlenecks.length + 1, dim], ...(bias && { bias: [bottlenecks.length + 1] }) },
});

/** Random weights of these shapes. */
function drawn(shapes: StateDict<number[]>, random: Random): Weights {
  const draw = (shape: number[]): Weight => ({
    shape,
    values: uniform(
      random,
      shape.reduce((product, side) => product * side, 1),
      1,
    ),
  });
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(shape)]));
}

/** Both ladders with random weights. */
export function randomLadders({ dim, bottleneck, experts, bias = false }: LadderSizes, seed: number): Weights {
  const layers = experts.map((count) => layerShapes(dim, new Array(count).fill(bottleneck), bias));
  return drawn(ladderEntries({ text: layers, image: layers }), seededRandom(seed));
}

/** A whole model with random weights and one expert per layer. */
export function randomModel(config: ModelConfig, seed: number): Weights {
  const { hiddenDim, bottleneckDim, embeddingDim, tapLayers } = config;
  const name = 'multimodal_encoder.com_dense';
  const fusion = { [`${name}.weight`]: [embeddingDim, 2 * hiddenDim], [`${name}.bias`]: [embeddingDim] };
  return {
    ...drawn(userEncoderEntries(userEncoderShapes(config)), seededRandom(seed + 1)),
    ...randomLadders({ dim: hiddenDim, bottleneck: bottleneckDim, experts: new Array(tapLayers).fill(1) }, seed + 2),
    ...drawn(fusion, seededRandom(seed)),
  };
}

/** Layers of a ladder with the names of the weights instead of the weights. */
export const namedLayers = (weights: StateDict<unknown>, ladder: Ladder): Layer<string>[] =>
  layersOf(Object.fromEntries(Object.keys(weights).map((name) => [name, name])), ladder);

/** Shapes of a user encoder for E = `embeddingDim` and L = `maxSeqLen`. */
export function userEncoderShapes({
  embeddingDim: width,
  maxSeqLen,
  blocks,
}: {
  embeddingDim: number;
  maxSeqLen: number;
  blocks: number;
}): UserEncoder<number[]> {
  const square = [width, width];
  const norm = { weight: [width], bias: [width] };
  const block = {
    query: square,
    key: square,
    value: square,
    output: square,
    inner: { weight: [4 * width, width], bias: [4 * width] },
    outer: { weight: [width, 4 * width], bias: [width] },
    attentionNorm: norm,
    feedForwardNorm: norm,
  };
  return { position: [maxSeqLen, width], norm, blocks: new Array(blocks).fill(block) };
}

/** A user encoder as entries of a state dict. */
export const userEncoderEntries = <T>(encoder: UserEncoder<T>): Record<string, T> =>
  Object.fromEntries(entriesOf<UserEncoder<string>, T>(userEncoderNames(encoder.blocks.length), encoder));
