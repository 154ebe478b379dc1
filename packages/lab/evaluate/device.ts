import { rankOf, topRows } from '../../../src/device/ranking';
import { basketEnd } from '../../shop/training/interactions';
import type { MethodRanks, RankedStream } from './measurement';
import type { Shopper } from './shoppers';

/** A method as run on one shopper's device. */
interface DeviceRun {
  /** Scores of every item before the next event. Reading them changes nothing. @param now its time, ms; absent if unknown */
  scores(now?: number): Float32Array;
  /** The shopper chose item `row`. */
  observe(row: number, time: number): void;
}

/** A method under test; started for every shopper. */
export interface DeviceMethod {
  name: string;
  start(): DeviceRun;
}

/** The ranked events of a stream, if the protocol names no others. */
export const DEVICE_RANKED = { from: 10, to: 110 };

/** Length of the analysed lists. */
const LIST = 10;

/**
 * Ranks the events of one stream prequentially: each is ranked among all items not chosen before, then learned. A repeated choice
 * is learned but not ranked, because it is not a discovery.
 * @param listed [items] counts the lists with each item; empty to count none
 */
function rankStream(
  method: DeviceMethod,
  { rows, times }: Shopper,
  { from, to, listed }: { from: number; to: number; listed: number[] },
): RankedStream {
  const run = method.start();
  const ranked: RankedStream = { places: [], ranks: [], basketRanks: [] };
  const chosen = new Set<number>();
  const isRanked = (place: number): boolean => place >= from && place < to && !chosen.has(rows[place]);
  /** Present scores; null after an event. */
  let present: Float32Array | null = null;
  const scoresAt = (now: number): Float32Array => {
    present ??= run.scores(now);
    return present;
  };
  const ranksBefore = (places: readonly number[], together: readonly number[]): Map<number, number> => {
    const scores = scoresAt(times[places[0]]);
    const excluded = new Set([...chosen, ...together]);
    return new Map(places.map((place) => [rows[place], rankOf(scores, rows[place], excluded)]));
  };
  /** Ranks of the rows of the present basket; empty if it is a single event. */
  let basket = new Map<number, number>();
  let end = 0;
  for (let place = 0; place < Math.min(to, rows.length); place++) {
    const row = rows[place];
    if (place === end) {
      end = basketEnd(times, place);
      const places = Array.from({ length: end - place }, (_, n) => place + n).filter(isRanked);
      const alone = end === place + 1 || places.length === 0;
      basket = alone ? new Map() : ranksBefore(places, rows.slice(place, end));
    }
    if (isRanked(place)) {
      const scores = scoresAt(times[place]);
      const rank = rankOf(scores, row, chosen);
      ranked.places.push(place);
      ranked.ranks.push(rank);
      ranked.basketRanks.push(basket.get(row) ?? rank);
      if (listed.length > 0) for (const first of topRows(scores, LIST, (other) => !chosen.has(other))) listed[first]++;
    }
    present = null;
    run.observe(row, times[place]);
    chosen.add(row);
  }
  return ranked;
}

export interface DeviceProtocol {
  shoppers: readonly Shopper[];
  methods: readonly DeviceMethod[];
  /** Number of initial events, which are learned but not ranked. Default 10. */
  from?: number;
  /** Number of used events, including the initial ones. Default 110. */
  to?: number;
  /** Items in the catalogue. Default: 0, and the lists are not counted. */
  items?: number;
  /** Called after each shopper. */
  onProgress?(): void;
}

/** The device protocol: prequential, as in `rankStream`. */
export function evaluateDevice(protocol: DeviceProtocol): MethodRanks[] {
  const { shoppers, methods, from, to, items = 0, onProgress } = { ...DEVICE_RANKED, ...protocol };
  const results = methods.map(({ name }): MethodRanks => ({ name, streams: [], listed: Array(items).fill(0) }));
  for (const shopper of shoppers) {
    for (const [m, { streams, listed }] of results.entries())
      streams.push(rankStream(methods[m], shopper, { from, to, listed }));
    onProgress?.();
  }
  return results;
}
