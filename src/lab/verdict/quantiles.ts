import jStat from 'jstat';

/** Value below which a standard normal variable is with this probability. */
export const normalQuantile = (probability: number): number => jStat.normal.inv(probability, 0, 1);

/** ln of the multivariate beta function: of the product of the gamma functions, divided by that of the sum. */
export const logBeta = (of: readonly number[]): number =>
  of.reduce((sum, one) => sum + jStat.gammaln(one), 0) - jStat.gammaln(of.reduce((sum, one) => sum + one, 0));
