import jStat from 'jstat';

/** Value below which a standard normal variable is with this probability. */
export const normalQuantile = (probability: number): number => jStat.normal.inv(probability, 0, 1);

/** Probability of a chi-square variable above a value. */
export const chiSquareTail = (value: number, degreesOfFreedom: number): number =>
  1 - jStat.chisquare.cdf(value, degreesOfFreedom);
