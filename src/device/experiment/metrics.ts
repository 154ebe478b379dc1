import type { Counts } from './counters';

/** Counts of one placement under one variant, with their ratios. */
export interface MetricsRow extends Counts {
  /** Clicks per impression; null without impressions. */
  ctr: number | null;
  /** 95 % interval of `ctr` (Wilson); null without impressions. */
  ctrRange: [low: number, high: number] | null;
  /** Purchases per click; null without clicks. */
  conversion: number | null;
}

/** Counts of events on this device, by variant and placement. */
export interface Metrics {
  /** The current variant of this device: `experiment/variant`; null if it takes part in no experiment. */
  variant: string | null;
  rows: MetricsRow[];
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export const withRatios = (counts: Counts): MetricsRow => ({
  ...counts,
  ctr: ratio(counts.clicks, counts.impressions),
  ctrRange: wilson(counts.clicks, counts.impressions),
  conversion: ratio(counts.purchases, counts.clicks),
});

/** Quantile of the normal distribution for a two-sided interval of 95 %. */
const Z = 1.96;

/**
 * Wilson's score interval of a share. Unlike the normal approximation, it is also accurate for small counts and near 0 and 1
 * (E. B. Wilson, "Probable inference", 1927).
 * @param part successes among `whole` trials; more than `whole` count as `whole`
 * @returns lower and upper bound of 95 % confidence, 0..1; null without trials
 */
export function wilson(part: number, whole: number): [low: number, high: number] | null {
  if (whole <= 0) return null;
  const share = Math.min(1, part / whole);
  const spread = Z * Math.sqrt((share * (1 - share)) / whole + (Z / (2 * whole)) ** 2);
  const center = share + Z ** 2 / (2 * whole);
  const scale = 1 + Z ** 2 / whole;
  return [Math.max(0, (center - spread) / scale), Math.min(1, (center + spread) / scale)];
}
