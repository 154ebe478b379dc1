import type { SideModel } from '../src/core/catalog';
import { seededRandom, uniform } from '../src/core/common/random';

/** A side model of `count` items: vectors, biases and gains are random, each gain above 0. */
export function sideModel(count: number, width = 4, decays: readonly number[] = [0.5, 0.9], seed = 1): SideModel {
  const random = seededRandom(seed);
  return {
    width,
    states: decays.map((decay) => ({
      decay,
      gain: uniform(random, width, 0.5).map((value) => value + 1),
    })),
    vectors: uniform(random, count * width, 1),
    biases: uniform(random, count, 1),
  };
}
