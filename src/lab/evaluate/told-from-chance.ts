import jStat from 'jstat';

/**
 * Units below which no difference is told from chance, whatever their errors say: where all of five agree, a difference of
 * none does that in 1 of 16 evaluations, and of six in 1 of 32.
 */
export const MIN_UNITS = 6;

/** Probability that a normal variable is at most two standard deviations above its mean. */
const TWO_ERRORS = 0.97725;

/**
 * Standard errors of a paired mean from which on it is told from chance: two where there are many units. The error is itself
 * estimated, so with few units more are needed for the same certainty, by Student's distribution.
 * @param units whose changes the mean is of
 * @returns infinite for fewer than `MIN_UNITS`
 */
export const toldFrom = (units: number): number =>
  units < MIN_UNITS ? Number.POSITIVE_INFINITY : jStat.studentt.inv(TWO_ERRORS, units - 1);
