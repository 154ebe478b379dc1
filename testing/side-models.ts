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

/** The model with adapters of the text and the attributes in its last eight columns. */
export function withAdapters(model: SideModel, rates: [text: number, attributes: number]): SideModel {
  const { width, states } = model;
  const [text, attributes] = rates;
  return {
    ...model,
    states: states.map(({ decay, gain }) => ({ decay, gain: gain.map((value, d) => (d < width - 8 ? value : 0)) })),
    adapters: {
      context: uniform(seededRandom(3), 4 * width, 1),
      inputs: ['text', 'attributes'],
      rates: Float32Array.of(text, attributes),
      fades: Float32Array.of(0.9, 0.9),
      start: new Float32Array(32),
    },
  };
}
