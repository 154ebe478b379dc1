import jStat from 'jstat';

/**
 * Number of units below which no difference is distinguishable from chance, whatever the errors: without any true difference,
 * five units all agree in 1 of 16 evaluations, and six in 1 of 32.
 */
export const MIN_UNITS = 6;

/** Probability that a normal variable is at most two standard deviations above its mean. */
const TWO_ERRORS = 0.97725;

/**
 * Number of standard errors from which a paired mean is distinguishable from chance: two if there are many units. The error is
 * itself estimated, so few units need more for the same certainty, by Student's distribution.
 * @param units number of units whose changes are averaged
 * @returns infinite for fewer than `MIN_UNITS`
 */
export const toldFrom = (units: number): number =>
  units < MIN_UNITS ? Number.POSITIVE_INFINITY : jStat.studentt.inv(TWO_ERRORS, units - 1);
