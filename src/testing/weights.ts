import type { ModelConfig } from '../model/config';
import { blockNames, expertNames, FUSION_NAMES, LADDERS, routerNames, USER_NAMES } from '../model/names';
import { type Random, seededRandom, uniform } from '../model/random';
import type { Weight, Weights } from '../model/weights';

export interface LadderSizes {
  dim: number;
  bottleneck: number;
  /** Experts of every layer, the same in both ladders. */
  experts: number[];
  bias?: boolean;
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
  const random = seededRandom(seed);
  const draw = drawing(random);
  const weights: Record<string, Weight> = {};
  for (const ladder of LADDERS) {
    for (const [layer, count] of experts.entries()) {
      for (let index = 0; index < count; index++) {
        const { down, up } = expertNames(ladder, layer, index);
        weights[down] = draw(bottleneck, dim);
        weights[up] = draw(dim, bottleneck);
      }
      const router = routerNames(ladder, layer);
      weights[router.weight] = draw(count + 1, dim);
      if (bias) weights[router.bias] = draw(count + 1);
    }
  }
  return weights;
}

/** A user encoder with random weights. */
export function randomUser({ embeddingDim: width, maxSeqLen, blocks }: ModelConfig, seed: number): Weights {
  const draw = drawing(seededRandom(seed));
  const weights: Record<string, Weight> = { [USER_NAMES.position]: draw(maxSeqLen, width) };
  const norm = (names: { weight: string; bias: string }): void => {
    weights[names.weight] = draw(width);
    weights[names.bias] = draw(width);
  };
  norm(USER_NAMES.norm);
  for (let block = 0; block < blocks; block++) {
    const names = blockNames(block);
    for (const name of [names.query, names.key, names.value, names.output]) weights[name] = draw(width, width);
    weights[names.inner.weight] = draw(4 * width, width);
    weights[names.inner.bias] = draw(4 * width);
    weights[names.outer.weight] = draw(width, 4 * width);
    weights[names.outer.bias] = draw(width);
    norm(names.attentionNorm);
    norm(names.feedNorm);
  }
  return weights;
}

/** A whole model with random weights and one expert per layer. */
export function randomModel(config: ModelConfig, seed: number): Weights {
  const { hiddenDim, bottleneckDim, embeddingDim, tapLayers } = config;
  const draw = drawing(seededRandom(seed));
  return {
    ...randomUser(config, seed + 1),
    ...randomLadders({ dim: hiddenDim, bottleneck: bottleneckDim, experts: new Array(tapLayers).fill(1) }, seed + 2),
    [FUSION_NAMES.weight]: draw(embeddingDim, 2 * hiddenDim),
    [FUSION_NAMES.bias]: draw(embeddingDim),
  };
}
