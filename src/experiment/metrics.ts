import type { Counts } from './counters';
import { wilson } from './wilson';

/** Counts of one placement under one variant, with their ratios. */
export interface MetricsRow extends Counts {
  /** Clicks per impression; null without impressions. */
  ctr: number | null;
  /** 95 % interval of `ctr` (Wilson); null without impressions. */
  ctrRange: [low: number, high: number] | null;
  /** Purchases per click; null without clicks. */
  conversion: number | null;
}

/** What happened on this device, by variant and placement. */
export interface Metrics {
  /** The variant of this device now: `experiment/variant`; null when it takes part in none. */
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
