import jStat from 'jstat';

/** Value below which a standard normal variable is with this probability. */
export const normalQuantile = (probability: number): number => jStat.normal.inv(probability, 0, 1);

/** ln of the multivariate beta function: the product of the gamma functions, divided by the gamma function of the sum. */
export const logBeta = (of: readonly number[]): number =>
  of.reduce((sum, one) => sum + jStat.gammaln(one), 0) - jStat.gammaln(of.reduce((sum, one) => sum + one, 0));

/**
 * A mixture sequential probability ratio test of a sum S whose variance U grows as for a Brownian motion, mixed over drifts from
 * normal distributions: see `sequentialTest`. It holds at all looks simultaneously.
 */

/**
 * Standard deviations of the drifts, in units of the sought effect, with their weights. A single distribution finds effects of
 * its own size soonest, but takes many units to detect one ten times as large, such as a variant that does not work at all. A
 * mean of likelihood ratios is itself a likelihood ratio, so the guarantee is preserved.
 */
const MIXED: readonly (readonly [size: number, weight: number])[] = [
  [1, 1 / 2],
  [2, 1 / 8],
  [4, 1 / 8],
  [8, 1 / 8],
  [16, 1 / 8],
];

/** ln L. @param rho the variance at which a difference of the sought size stands out */
function logLikelihood(sum: number, variance: number, rho: number): number {
  const logs = MIXED.map(([size, weight]) => {
    const own = rho / size ** 2;
    return Math.log(weight) + Math.log(own / (variance + own)) / 2 + (sum * sum) / (2 * (variance + own));
  });
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((total, log) => total + Math.exp(log - most), 0));
}

/** Number of bisection steps; each halves the unknown range. */
const STEPS = 50;

/** Half the width of the interval of S: where L is 1 / alpha. @param rho as in `logLikelihood` */
export function mixtureHalfWidth(variance: number, rho: number, alpha: number): number {
  let low = 0;
  // L is at least its first part, which is 1 / alpha there.
  let high = Math.sqrt((variance + rho) * Math.log((variance + rho) / (rho * (MIXED[0][1] * alpha) ** 2)));
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (logLikelihood(middle, variance, rho) < -Math.log(alpha)) low = middle;
    else high = middle;
  }
  return high;
}

/** 1 / L, not bounded by 1. */
export const mixtureP = (sum: number, variance: number, rho: number): number =>
  Math.exp(-logLikelihood(sum, variance, rho));

/**
 * k = (effect / standard error)^2 at which the boundary is crossed with this power: where the effect is as far beyond the half
 * width of the interval as the quantile of the power. Crossing it earlier adds to the power.
 */
export function mixtureRatio(alpha: number, power: number): number {
  const z = normalQuantile(power);
  const short = (k: number): boolean => Math.sqrt(k) - z < mixtureHalfWidth(k, 1, alpha) / Math.sqrt(k);
  let [low, high] = [1, 1];
  while (short(high)) high *= 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (short(middle)) low = middle;
    else high = middle;
  }
  return high;
}
