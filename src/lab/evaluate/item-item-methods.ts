import type { CooccurrenceTable } from '../../core/catalog';
import type { LogEvent } from '../../shop/logs';
import { easeTable } from '../../shop/training';
import { type DeviceMethod, evaluateDevice } from './device';
import { itemCosines } from './item-cosines';
import { type PastSplit, pastShoppers } from './past-shoppers';
import { meanQuality } from './quality';
import { streamQualities } from './stream-quality';

/** The log from which a method learns and chooses its settings. */
export interface ItemItemLog {
  /** Sorted by time. They must all be earlier than the evaluated events. */
  past: readonly LogEvent[];
  /** Row of an item id. */
  rowOf: ReadonlyMap<string, number>;
  /** Items in the catalogue. */
  count: number;
}

/** The settings that ranked best on shoppers of the past. */
export interface ItemItemSettings {
  /** Number of choices after which a choice counts half; null: all count alike. */
  halfLife: number | null;
  /** Of EASE. */
  lambda?: number;
}

/** A method with its settings. */
export interface ItemItemMethod extends ItemItemSettings {
  method: DeviceMethod;
}

const LAMBDAS = [20, 50, 100, 200, 500, 1000];
const HALF_LIVES = [1, 2, 4, 8, 16, 32, 64, null];
/** Defaults if there is nothing to choose by. */
const DEFAULTS = { lambda: 500, halfLife: 8 };
/** First ranked choice, and end of the used choices, as in the device protocol. */
const [FROM, TO] = [10, 110];

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
        close() {},
      };
    },
  };
}

/** Methods by name: the table settings to try, and how to build a table. */
const METHODS = {
  ease: {
    settings: LAMBDAS.map((lambda) => ({ lambda })),
    table: (choices: readonly number[][], count: number, { lambda }: Omit<ItemItemSettings, 'halfLife'>) =>
      easeTable(choices, count, { lambda }),
  },
  'item-knn': {
    settings: [{}],
    table: (choices: readonly number[][], count: number) => itemCosines(choices, count),
  },
} as const;
export type ItemItemName = keyof typeof METHODS;

/**
 * An item-to-item method.
 * - `ease`: the weights of EASE (Steck 2019)
 * - `item-knn`: the cosines of the 256 nearest items over the users who chose both
 * @param settings of `itemItemSettings`
 */
export function itemItemBy(
  name: ItemItemName,
  { past, rowOf, count }: ItemItemLog,
  settings: ItemItemSettings,
): ItemItemMethod {
  const table = METHODS[name].table(choicesOf(past, rowOf), count, settings);
  return { ...settings, method: itemItemMethod(name, table, settings.halfLife) };
}

/**
 * The settings of a method that rank best by NDCG@10 on every fifth shopper of the past, learned from the remaining shoppers; the
 * defaults if there are too few: a half-life of 1 to 64 or no choices, and for `ease` lambda of 20, 50, 100, 200, 500 or 1,000.
 * @param onTried called after each setting of the table
 */
export function itemItemSettings(
  name: ItemItemName,
  { past, rowOf, count }: ItemItemLog,
  onTried?: () => void,
): ItemItemSettings {
  const { settings, table: tableOf } = METHODS[name];
  const { others, judges: shoppers }: PastSplit = pastShoppers(past, rowOf, FROM + 1);
  const usual = name === 'ease' ? DEFAULTS : { halfLife: DEFAULTS.halfLife };
  let best: { settings: ItemItemSettings; ndcg10: number } = { settings: usual, ndcg10: Number.NEGATIVE_INFINITY };
  if (shoppers.length === 0) return best.settings;
  const choices = others.map(({ rows }) => rows);
  for (const setting of settings) {
    const table = tableOf(choices, count, setting);
    const methods = HALF_LIVES.map((halfLife) => itemItemMethod(`${halfLife}`, table, halfLife));
    const results = evaluateDevice({ shoppers, methods, from: FROM, to: TO });
    for (const halfLife of HALF_LIVES) {
      const units = streamQualities(results.get(`${halfLife}`) ?? [], shoppers);
      const ndcg10 = meanQuality(units, (quality) => quality.ndcg10);
      if (ndcg10 > best.ndcg10) best = { settings: { ...setting, halfLife }, ndcg10 };
    }
    onTried?.();
  }
  return best.settings;
}

/** Settings that `itemItemSettings` tries for the table of a method. */
export const settingsTried = (name: ItemItemName): number => METHODS[name].settings.length;

/** Rows of the items that each user chose, oldest first. */
function choicesOf(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): number[][] {
  const byUser = new Map<string, number[]>();
  for (const { user, item } of events) {
    const row = rowOf.get(item);
    if (row === undefined) continue;
    const rows = byUser.get(user);
    if (rows) rows.push(row);
    else byUser.set(user, [row]);
  }
  return [...byUser.values()];
}
