/** Why a number is refused as an id. */
export const INEXACT_ID =
  'is a number that is not kept exactly, so different ids may become the same; write the id in quotes, as a text';

/**
 * Whether a number identifies exactly one id: a whole number up to 2^53 - 1. Larger numbers and fractions can be equal
 * although they are written differently, and -0 becomes 0.
 */
export const isExactId = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);
