import { rankOf, topRows } from '../../device/ranking';
import { basketEnd } from '../../shop/training/interactions';
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

/** Ranks of a stream's events by one method. The three lists have one entry for each ranked event. */
export interface RankedStream {
  /** Positions in the stream, ascending. */
  places: number[];
  /** Ranks by the scores right before the event, among all items not chosen before it. */
  ranks: number[];
  /**
   * Ranks by the scores before the first event of the same second, among the items not chosen before that second and
   * not chosen in it.
   */
  basketRanks: number[];
}

/** Length of the analysed lists. */
const LIST = 10;

/**
 * Ranks the events of one stream prequentially: each is ranked among all items not chosen before, then learned. A repeated choice
 * is learned but not ranked, because it is not a discovery.
 */
function rankStream(
  method: DeviceMethod,
  { rows, times }: Shopper,
  { from, to, onList }: Pick<DeviceProtocol, 'onList'> & { from: number; to: number },
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
      onList?.(
        method.name,
        topRows(scores, LIST, (other) => !chosen.has(other)),
      );
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
  /** Called with the first ten rows of a method's list at every ranked event. */
  onList?(method: string, rows: number[]): void;
  /** Called after each shopper. */
  onProgress?(done: number, total: number): void;
}

/**
 * The device protocol: prequential, as in `rankStream`.
 * @returns per method the ranks of every shopper, in the order of `shoppers`
 */
export function evaluateDevice(protocol: DeviceProtocol): Map<string, RankedStream[]> {
  const { shoppers, methods, from = 10, to = 110, onList, onProgress } = protocol;
  const results = new Map<string, RankedStream[]>(methods.map(({ name }) => [name, []]));
  for (const [done, shopper] of shoppers.entries()) {
    for (const method of methods) results.get(method.name)?.push(rankStream(method, shopper, { from, to, onList }));
    onProgress?.(done + 1, shoppers.length);
  }
  return results;
}
