import type { Recommender } from '../../../../device/protocol';

/** Lists that are asked for. */
const LISTS = 20;

/** How long lists take, ms. */
export interface Latency {
  lists: number;
  median: number;
  p95: number;
  most: number;
}

/**
 * Asks for lists, one after the other, and measures how long each takes from the page's call to the page's answer.
 * @param clock milliseconds
 */
export async function measureLatency(recommender: Recommender, clock = () => performance.now()): Promise<Latency> {
  const times: number[] = [];
  for (let n = 0; n < LISTS; n++) {
    const start = clock();
    await recommender.recommend();
    times.push(clock() - start);
  }
  return latencyOf(times);
}

/** Quantiles by the nearest rank. @param times at least one */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { lists: times.length, median: quantile(0.5), p95: quantile(0.95), most: quantile(1) };
}
