import * as v from 'valibot';
import type { CooccurrenceTable } from '../../core/catalog';
import type { LogEvent } from '../../shop/logs';
import { type DeviceMethod, evaluateDevice } from './device';
import {
  type ChoiceHistory,
  easeItems,
  easeWeights,
  gridOf,
  type ItemWeights,
  shrunkCosines,
  VsknnIndex,
  type VsknnSettings,
} from './leave-one-out';
import { meanQuality, streamQualities } from './quality';
import { pastShoppers, type Shopper, shoppersOf } from './shoppers';

/** The log from which a method learns and chooses its settings. */
export interface PastLog {
  /** Sorted by time. They must all be earlier than the evaluated events. */
  past: readonly LogEvent[];
  /** Row of an item id. */
  rowOf: ReadonlyMap<string, number>;
  /** Items in the catalogue. */
  count: number;
}

/** By name; null: none. */
type Settings = Readonly<Record<string, number | null>>;

/** A method of the literature that learns from the past, and there chooses its settings. */
interface PastMethod {
  /** Number of settings that `choose` tries. */
  tried: number;
  /** Checks settings that an earlier step stored. */
  schema: v.GenericSchema<unknown, Settings>;
  /**
   * The settings that rank best by NDCG@10 on every fifth shopper of the past, learned from the remaining shoppers; the defaults
   * if there are too few.
   * @param onTried called after each of them
   */
  choose(log: PastLog, onTried?: () => void): Settings;
  /** Learns from the whole past. */
  method(log: PastLog, settings: Settings): DeviceMethod;
}

/** First ranked choice, and end of the used choices, as in the device protocol. */
const [FROM, TO] = [10, 110];

interface PastMethodParts<S extends Settings> {
  schema: v.GenericSchema<unknown, S>;
  /** Defaults if there is nothing to choose by. */
  usual: S;
  /** Settings to try; settings of a group differ only in the computation of scores. */
  groups: readonly (readonly S[])[];
  learn(shoppers: readonly Shopper[], count: number, group: S): (settings: S) => DeviceMethod;
}

const pastMethod = <S extends Settings>({ schema, usual, groups, learn }: PastMethodParts<S>): PastMethod => ({
  tried: groups.flat().length,
  schema,
  choose({ past, rowOf, count }, onTried) {
    const { others, judges: shoppers } = pastShoppers(past, rowOf, FROM + 1);
    let best = { settings: usual, ndcg10: Number.NEGATIVE_INFINITY };
    if (shoppers.length === 0) return usual;
    for (const group of groups) {
      const methodBy = learn(others, count, group[0]);
      for (const settings of group) {
        const method = methodBy(settings);
        const results = evaluateDevice({ shoppers, methods: [method], from: FROM, to: TO });
        const units = streamQualities(results.get(method.name) ?? [], shoppers);
        const ndcg10 = meanQuality(units, (quality) => quality.ndcg10);
        if (ndcg10 > best.ndcg10) best = { settings, ndcg10 };
        onTried?.();
      }
    }
    return best.settings;
  },
  method({ past, rowOf, count }, given) {
    const settings = v.parse(schema, given);
    return learn(shoppersOf(past, rowOf), count, settings)(settings);
  },
});

/**
 * Scores from item to item: the sum of 2^(-age / half-life) w(item, other) over the choices, where age counts the choices
 * since.
 * @param table weights w
 * @param halfLife in choices; null: all choices count alike
 */
export function itemItemMethod(name: string, table: CooccurrenceTable, halfLife: number | null): DeviceMethod {
  const fading = halfLife === null ? 1 : 2 ** (-1 / halfLife);
  return {
    name,
    start() {
      const scores = new Float32Array(table.count);
      return {
        scores: () => scores,
        observe(row) {
          for (let at = 0; at < scores.length; at++) scores[at] *= fading;
          for (let at = table.offsets[row]; at < table.offsets[row + 1]; at++)
            scores[table.rows[at]] += table.lifts[at];
        },
      };
    },
  };
}

const HALF_LIVES = [1, 2, 4, 8, 16, 32, 64, null];
/** Maximum number of neighbours kept per item. */
const MAX_NEIGHBORS = 256;
/** Maximum number of latest choices in a history of session kNN. */
const MAX_HISTORY = 50;

const halfLife = v.nullable(v.pipe(v.number(), v.minValue(1)));
const positive = v.pipe(v.number(), v.gtValue(0));

/** Cosines of the 256 nearest items over the users who chose both. */
const itemKnn = pastMethod<{ halfLife: number | null }>({
  schema: v.strictObject({ halfLife }),
  usual: { halfLife: 8 },
  groups: [gridOf<{ halfLife: number | null }>({ halfLife: HALF_LIVES })],
  learn(shoppers, count) {
    const { offsets, rows, weights } = shrunkCosines(shoppers, count, { shrinkage: 0, neighbours: MAX_NEIGHBORS });
    const table = { count, offsets, rows, lifts: Float32Array.from(weights) };
    return (settings) => itemItemMethod('item-knn', table, settings.halfLife);
  },
});

/** The weights above 0: on logs of this kind the others only lower the ranks of items far down the list. */
function aboveZero({ offsets, rows, weights }: ItemWeights, count: number): CooccurrenceTable {
  const starts = new Uint32Array(count + 1);
  const kept: number[] = [];
  for (let item = 0; item < count; item++) {
    for (let at = offsets[item]; at < offsets[item + 1]; at++) if (weights[at] > 0) kept.push(at);
    starts[item + 1] = kept.length;
  }
  return {
    count,
    offsets: starts,
    rows: Uint32Array.from(kept, (at) => rows[at]),
    lifts: Float32Array.from(kept, (at) => weights[at]),
  };
}

/** The weights of EASE (Steck 2019). */
const ease = pastMethod<{ lambda: number; halfLife: number | null }>({
  schema: v.strictObject({ lambda: positive, halfLife }),
  usual: { lambda: 500, halfLife: 8 },
  groups: [20, 50, 100, 200, 500, 1000].map((lambda) => HALF_LIVES.map((halfLife) => ({ lambda, halfLife }))),
  learn(shoppers, count, { lambda }) {
    const histories = shoppers.map(historyOf);
    const weights = easeWeights(histories, easeItems(histories, count), count, lambda);
    const table = aboveZero(weights, count);
    return (settings) => itemItemMethod('ease', table, settings.halfLife);
  },
});

const historyOf = ({ rows, times }: Pick<Shopper, 'rows' | 'times'>): ChoiceHistory => ({
  rows: Int32Array.from(rows),
  times: Float64Array.from(times),
});

/** Session kNN as run on a device, over the shoppers of the past. */
const vsknn = pastMethod<VsknnSettings>({
  schema: v.strictObject({
    neighbours: v.pipe(v.number(), v.integer(), v.minValue(1)),
    halfLife: v.nullable(positive),
    days: v.nullable(positive),
    idf: v.pipe(v.number(), v.minValue(0)),
    reach: v.nullable(positive),
  }),
  usual: { neighbours: 500, halfLife: 4, days: null, idf: 1, reach: null },
  groups: [
    gridOf<VsknnSettings>({ neighbours: [100, 500], halfLife: [1, 4, 16], days: [null], idf: [0, 1], reach: [null] }),
  ],
  learn(shoppers, count) {
    const index = new VsknnIndex(shoppers.map(historyOf), count);
    return (settings) => {
      const add = index.scoresBy(settings);
      return {
        name: 'vsknn',
        start() {
          const [rows, times]: [number[], number[]] = [[], []];
          return {
            scores() {
              const scores = new Float32Array(count);
              add(historyOf({ rows: rows.slice(-MAX_HISTORY), times: times.slice(-MAX_HISTORY) }), scores);
              return scores;
            },
            observe(row, time) {
              rows.push(row);
              times.push(time);
            },
          };
        },
      };
    };
  },
});

export const PAST_METHODS = { 'item-knn': itemKnn, ease, vsknn };
export type PastMethodName = keyof typeof PAST_METHODS;
