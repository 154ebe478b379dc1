import { rankOf, topRows } from '../ranking';
import { basketEnd } from './baskets';
import type { Shopper } from './shoppers';

/** A method as one shopper's device runs it. */
export interface DeviceRun {
  /** Scores of every item as they stand before the next event. Asking for them changes nothing. */
  scores(): Float32Array | Promise<Float32Array>;
  /** Those of the method's other lists, in their order. */
  otherScores?(): Float32Array[];
  /** The shopper chose item `row`. */
  observe(row: number, time: number): void | Promise<void>;
  close(): void;
}

/** A method under test; started for every shopper. */
export interface DeviceMethod {
  name: string;
  /** Names of other lists that the same run makes: what is learned for one is learned for all. Default: none. */
  others?: readonly string[];
  start(): DeviceRun;
}

/** Ranks of a stream's events by one method. The three lists have one entry for each ranked event. */
export interface RankedStream {
  /** Places in the stream, ascending. */
  places: number[];
  /** Ranks by the scores right before the event, among all items not chosen before it. */
  ranks: number[];
  /**
   * Ranks by the scores before the first event of the same second, among the items not chosen before that second and
   * not chosen in it.
   */
  basketRanks: number[];
}

/** Which events of a stream are ranked, and which are learned. */
export interface StreamPlan {
  /** First place that is ranked. */
  from: number;
  /** End of the events used. */
  to: number;
  /** Whether the event at a place from `from` on is ranked. Default: all are. */
  ranks?(place: number): boolean;
  /** Whether the method learns the event at a place. Default: all are learned. */
  observes?(place: number): boolean;
  /** Called with the first ten rows of each list at every ranked event. */
  onList?(name: string, rows: number[]): void;
}

/** Length of the lists that are looked at. */
const LIST = 10;

/**
 * Ranks the events of one stream prequentially: each is ranked among all items not chosen before, then learned. A repeated
 * choice is learned but not ranked, as it is no discovery.
 * @returns the ranks in each list of the method, in the order of `namesOf`
 */
export async function rankStream(
  method: DeviceMethod,
  { rows, times }: Shopper,
  { from, to, ranks = always, observes = always, onList }: StreamPlan,
): Promise<RankedStream[]> {
  const run = method.start();
  const names = namesOf(method);
  const ranked = names.map((): RankedStream => ({ places: [], ranks: [], basketRanks: [] }));
  const chosen = new Set<number>();
  const isRanked = (place: number): boolean => place >= from && place < to && ranks(place) && !chosen.has(rows[place]);
  /** Scores of every list at present; null after an event that was learned. */
  let present: Float32Array[] | null = null;
  const allScores = async (): Promise<Float32Array[]> => {
    present ??= [await run.scores(), ...(names.length > 1 ? (run.otherScores?.() ?? []) : [])];
    return present;
  };
  const ranksBefore = async (
    places: readonly number[],
    together: readonly number[],
  ): Promise<Map<number, number[]>> => {
    const all = await allScores();
    const excluded = new Set([...chosen, ...together]);
    return new Map(places.map((place) => [rows[place], all.map((scores) => rankOf(scores, rows[place], excluded))]));
  };
  /** Ranks in each list of the rows of the present basket; empty where it is a single event. */
  let basket = new Map<number, number[]>();
  let end = 0;
  try {
    for (let place = 0; place < Math.min(to, rows.length); place++) {
      const row = rows[place];
      if (place === end) {
        end = basketEnd(times, place);
        const places = Array.from({ length: end - place }, (_, n) => place + n).filter(isRanked);
        const alone = end === place + 1 || places.length === 0;
        basket = alone ? new Map() : await ranksBefore(places, rows.slice(place, end));
      }
      if (isRanked(place)) {
        for (const [n, scores] of (await allScores()).entries()) {
          const rank = rankOf(scores, row, chosen);
          ranked[n].places.push(place);
          ranked[n].ranks.push(rank);
          ranked[n].basketRanks.push(basket.get(row)?.[n] ?? rank);
          if (onList) {
            onList(
              names[n],
              topRows(scores, LIST, (other) => !chosen.has(other)),
            );
          }
        }
      }
      if (observes(place)) {
        present = null;
        await run.observe(row, times[place]);
      }
      chosen.add(row);
    }
  } finally {
    run.close();
  }
  return ranked;
}

/** Names of a method's lists, its own first. */
export const namesOf = ({ name, others = [] }: DeviceMethod): string[] => [name, ...others];

const always = (): boolean => true;

export interface DeviceProtocol {
  shoppers: readonly Shopper[];
  methods: readonly DeviceMethod[];
  /** First events, which are learned but not ranked. Default 10. */
  from?: number;
  /** Events used, the first ones included. Default 110. */
  to?: number;
  /** Called with the first ten rows of a method's list at every ranked event. */
  onList?(method: string, rows: number[]): void;
  /** Called after each shopper. */
  onProgress?(done: number, total: number): void;
}

/**
 * The device protocol: prequential, as `rankStream`.
 * @returns per method the ranks of every shopper, in the order of `shoppers`
 */
export async function evaluateDevice(protocol: DeviceProtocol): Promise<Map<string, RankedStream[]>> {
  const { shoppers, methods, from = 10, to = 110, onList, onProgress } = protocol;
  const results = new Map<string, RankedStream[]>(methods.flatMap(namesOf).map((name) => [name, []]));
  for (const [done, shopper] of shoppers.entries()) {
    for (const method of methods) {
      const ranked = await rankStream(method, shopper, { from, to, onList });
      for (const [n, name] of namesOf(method).entries()) results.get(name)?.push(ranked[n]);
    }
    onProgress?.(done + 1, shoppers.length);
  }
  return results;
}
