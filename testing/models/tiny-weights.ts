import { seededRandom } from '../../src/core/common/random';

/** Sizes of the random models that the tests take apart. */
export interface TinyShape {
  layers: number;
  width: number;
  heads: number;
  inner: number;
}

export const TINY: TinyShape = { layers: 3, width: 64, heads: 4, inner: 128 };
export const VOCABULARY = 120;
export const POSITIONS = 64;
/** Picture and patch sides. */
export const SIDE = 32;
export const PATCH = 8;
export const PATCHES = (SIDE / PATCH) ** 2;

/** Random weights by name: the graph and the plain computation get the same numbers for the same name. */
export function weight(name: string, size: number, spread = 0.15, center = 0): Float32Array {
  let seed = 2166136261;
  for (const char of name) seed = Math.imul(seed ^ char.charCodeAt(0), 16777619);
  const random = seededRandom(seed);
  return Float32Array.from({ length: size }, () => center + spread * 2 * (random() + random() - 1));
}

/** Gain of a norm: around 1. */
export const gain = (name: string, size: number): Float32Array => weight(name, size, 0.2, 1);
