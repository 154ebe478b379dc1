import { expertNames, LADDERS, routerNames } from './names';
import { seededRandom, uniform } from './random';
import type { Weight, Weights } from './weights';

export interface LadderSizes {
  dim: number;
  bottleneck: number;
  /** Experts of every layer, the same in both ladders. */
  experts: number[];
  bias?: boolean;
}

/** Both ladders with random weights. */
export function randomLadders({ dim, bottleneck, experts, bias = false }: LadderSizes, seed: number): Weights {
  const random = seededRandom(seed);
  const draw = (...shape: number[]): Weight => ({
    shape,
    values: uniform(
      random,
      shape.reduce((product, side) => product * side, 1),
      1,
    ),
  });
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
