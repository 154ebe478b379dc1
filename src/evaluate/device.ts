import { rankOf } from '../ranking';
import { type Quality, QualityMeter } from './quality';
import type { Shopper } from './shoppers';

/** A method as one shopper's device runs it. */
export interface DeviceRun {
  /** Scores of every item as they stand before the next event. */
  scores(): Float32Array | Promise<Float32Array>;
  /** The shopper chose item `row`. */
  observe(row: number, time: number): void | Promise<void>;
  close(): void;
}

/** A method under test; started for every shopper. */
export interface DeviceMethod {
  name: string;
  start(): DeviceRun;
}

export interface DeviceProtocol {
  shoppers: readonly Shopper[];
  methods: readonly DeviceMethod[];
  /** First events, which are learned but not ranked. Default 10. */
  from?: number;
  /** Events used, the first ones included. Default 110. */
  to?: number;
  /** Called with the rank of every item that was ranked before it was chosen. */
  onRank?(method: string, row: number, rank: number): void;
  /** Called after each shopper. */
  onProgress?(done: number, total: number): void;
}

/**
 * The device protocol: prequential, each event is ranked among all items the shopper has not chosen before it is learned.
 * @returns per method the quality of every shopper, in the order of `shoppers`
 */
export async function evaluateDevice(protocol: DeviceProtocol): Promise<Map<string, Quality[]>> {
  const { shoppers, methods, onProgress } = protocol;
  const results = new Map<string, Quality[]>(methods.map(({ name }) => [name, []]));
  for (const [done, shopper] of shoppers.entries()) {
    for (const method of methods) {
      results.get(method.name)?.push(await runShopper(method, shopper, protocol));
    }
    onProgress?.(done + 1, shoppers.length);
  }
  return results;
}

async function runShopper(
  method: DeviceMethod,
  shopper: Shopper,
  { from = 10, to = 110, onRank }: DeviceProtocol,
): Promise<Quality> {
  const run = method.start();
  const meter = new QualityMeter();
  const chosen = new Set<number>();
  try {
    for (const [n, row] of shopper.rows.slice(0, to).entries()) {
      // A repeated choice is learned but not ranked: it is no discovery.
      if (n >= from && !chosen.has(row)) {
        const rank = rankOf(await run.scores(), row, chosen);
        meter.add(rank);
        onRank?.(method.name, row, rank);
      }
      await run.observe(row, shopper.times[n]);
      chosen.add(row);
    }
  } finally {
    run.close();
  }
  return meter.quality;
}
