import type { Recommender } from '../../../../device/protocol';

const LISTS = 20;

/** Latency of lists, ms. */
export interface Latency {
  lists: number;
  median: number;
  p95: number;
  most: number;
}

/** Requests lists one after another, and measures the time from the page's call to the answer. */
export async function measureLatency(recommender: Recommender): Promise<Latency> {
  const times: number[] = [];
  for (let n = 0; n < LISTS; n++) {
    const start = performance.now();
    await recommender.recommend();
    times.push(performance.now() - start);
  }
  return latencyOf(times);
}

/** Quantiles by nearest rank. @param times at least one */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { lists: times.length, median: quantile(0.5), p95: quantile(0.95), most: quantile(1) };
}
