import {
  fusionEntries,
  type Ladder,
  type Layer,
  ladderEntries,
  layersOf,
  makeUserEncoder,
  type Random,
  type StateDict,
  seededRandom,
  uniform,
  userEncoderEntries,
  type Weight,
  type Weights,
} from '../model';

export interface LadderSizes {
  dim: number;
  bottleneck: number;
  /** Experts of every layer, the same in both ladders. */
  experts: number[];
  bias?: boolean;
}

/** Sizes of a whole model. */
export interface ModelConfig {
  hiddenDim: number;
  embeddingDim: number;
  bottleneckDim: number;
  maxSeqLen: number;
  heads: number;
  blocks: number;
  tapLayers: number;
}

const drawing =
  (random: Random) =>
  (...shape: number[]): Weight => ({
    shape,
    values: uniform(
      random,
      shape.reduce((product, side) => product * side, 1),
      1,
    ),
  });

/** Both ladders with random weights. */
export function randomLadders({ dim, bottleneck, experts, bias = false }: LadderSizes, seed: number): Weights {
  const draw = drawing(seededRandom(seed));
  const layers = (): Layer<Weight>[] =>
    experts.map((count) => ({
      experts: Array.from({ length: count }, () => ({ down: draw(bottleneck, dim), up: draw(dim, bottleneck) })),
      router: { weight: draw(count + 1, dim), ...(bias && { bias: draw(count + 1) }) },
    }));
  return ladderEntries({ text: layers(), image: layers() });
}

/** A user encoder with random weights. */
export function randomUser(sizes: ModelConfig, seed: number): Weights {
  const draw = drawing(seededRandom(seed));
  return userEncoderEntries(makeUserEncoder(sizes, { position: draw, matrix: draw, bias: draw, scale: draw }));
}

/** A whole model with random weights and one expert per layer. */
export function randomModel(config: ModelConfig, seed: number): Weights {
  const { hiddenDim, bottleneckDim, embeddingDim, tapLayers } = config;
  const draw = drawing(seededRandom(seed));
  return {
    ...randomUser(config, seed + 1),
    ...randomLadders({ dim: hiddenDim, bottleneck: bottleneckDim, experts: new Array(tapLayers).fill(1) }, seed + 2),
    ...fusionEntries({ weight: draw(embeddingDim, 2 * hiddenDim), bias: draw(embeddingDim) }),
  };
}

/** Layers of a ladder with the names of the weights in place of the weights. */
export const namedLayers = (weights: StateDict<unknown>, ladder: Ladder): Layer<string>[] =>
  layersOf(Object.fromEntries(Object.keys(weights).map((name) => [name, name])), ladder);
