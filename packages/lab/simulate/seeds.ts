import { type Random, seededRandom } from '../../../src/core/common/random';

/** A source of random numbers for one purpose: a change in any part gives different numbers. @param parts whole numbers */
export function randomOf(...parts: number[]): Random {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return seededRandom(hash);
}

/** A number of the standard normal distribution (Box and Muller 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * A row drawn in proportion to its weight.
 * @param allowed default: all
 * @returns null if no allowed row has a weight above 0
 */
export function drawRow(
  random: Random,
  weights: Float64Array,
  allowed: (row: number) => boolean = () => true,
): number | null {
  let total = 0;
  for (let row = 0; row < weights.length; row++) if (weights[row] > 0 && allowed(row)) total += weights[row];
  let left = random() * total;
  let last: number | null = null;
  for (let row = 0; row < weights.length; row++) {
    if (!(weights[row] > 0) || !allowed(row)) continue;
    last = row;
    left -= weights[row];
    if (left < 0) return row;
  }
  // The sum was rounded along the way.
  return last;
}
