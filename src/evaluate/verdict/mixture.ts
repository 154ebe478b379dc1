import { normalQuantile } from './quantiles';

/**
 * What a mixture sequential probability ratio test says of a sum S whose variance U grows as it does for a Brownian motion, mixed
 * over drifts from a normal distribution: see `sequentialTest`. It holds at all looks together.
 */

/** Half the width of the interval of S. @param rho the variance at which a difference of the size sought stands out */
export const mixtureHalfWidth = (variance: number, rho: number, alpha: number): number =>
  Math.sqrt((variance + rho) * Math.log((variance + rho) / (rho * alpha * alpha)));

/** 1 / L, not bounded by 1. */
export const mixtureP = (sum: number, variance: number, rho: number): number =>
  Math.sqrt((variance + rho) / rho) * Math.exp(-(sum * sum) / (2 * (variance + rho)));

/**
 * k = (effect / standard error)^2 at which the boundary is crossed with this power:
 * sqrt(k) - z = sqrt((1 + 1 / k) ln((1 + k) / alpha^2)). Crossing it earlier adds to the power.
 */
export function mixtureRatio(alpha: number, power: number): number {
  const z = normalQuantile(power);
  const short = (k: number): boolean => Math.sqrt(k) - z < Math.sqrt((1 + 1 / k) * Math.log((1 + k) / alpha ** 2));
  let [low, high] = [1, 1];
  while (short(high)) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (short(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** The same of a test of a fixed size, which is looked at once. */
export const fixedRatio = (alpha: number, power: number): number =>
  (normalQuantile(1 - alpha / 2) + normalQuantile(power)) ** 2;
