/** A mean with its standard error. */
export interface Estimate {
  mean: number;
  /** Standard deviation of the sample over sqrt(n); 0 for fewer than two values. */
  se: number;
}

/** The mean of some values. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, se: 0 };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, se: Math.sqrt(variance / n) };
}
