import type { CooccurrenceTable } from '../catalog';
import { easeTable } from '../training';
import { type DeviceMethod, evaluateDevice } from './device';
import type { LogEvent } from './event-log';
import { itemCosines } from './item-cosines';
import { meanQuality } from './quality';
import { coldShoppers } from './shoppers';
import { streamQualities } from './stream-quality';

/** The log that a method learns from and chooses its settings on. */
export interface ItemItemLog {
  /** Sorted by time. Nothing later than what is evaluated may be among them. */
  past: readonly LogEvent[];
  /** Row of an item id. */
  rowOf: ReadonlyMap<string, number>;
  /** Items in the catalogue. */
  count: number;
}

/** A method with the settings that ranked best on the last part of the past. */
export interface ItemItemMethod {
  method: DeviceMethod;
  /** Choices after which a choice counts half; null: all count alike. */
  halfLife: number | null;
  /** Of EASE. */
  lambda?: number;
}

const LAMBDAS = [20, 50, 100, 200, 500, 1000];
const HALF_LIVES = [1, 2, 4, 8, 20, null];
/** Where there is nothing to choose by. */
const DEFAULTS = { lambda: 500, halfLife: 8 };
/** Share of the past from which the settings are learned; its shoppers who come later judge them. */
const LEARNED = 0.8;
/** First choice that is ranked, and end of those used, as in the device protocol. */
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

/**
 * `ease`: the weights of EASE (Steck 2019). Lambda of 20, 50, 100, 200, 500 or 1,000 and half-life of 1, 2, 4, 8, 20 or no choices by
 * NDCG@10 on the shoppers who come in the last fifth of the past.
 */
export function easeMethod(log: ItemItemLog): Promise<ItemItemMethod> {
  const settings = LAMBDAS.map((lambda) => ({
    lambda,
    table: (choices: readonly number[][]) => easeTable(choices, log.count, { lambda }),
  }));
  return chosen('ease', log, settings);
}

/** `item-knn`: the cosines of the 256 nearest items over the users who chose both, with a half-life chosen as for `ease`. */
export const itemKnnMethod = (log: ItemItemLog): Promise<ItemItemMethod> =>
  chosen('item-knn', log, [{ table: (choices) => itemCosines(choices, log.count) }]);

interface Setting {
  lambda?: number;
  table(choices: readonly number[][]): CooccurrenceTable;
}

/** The setting and half-life that rank best on the later shoppers of the past; the defaults where there are none. */
async function chosen(name: string, log: ItemItemLog, settings: readonly Setting[]): Promise<ItemItemMethod> {
  const { past, rowOf } = log;
  const { past: earlier, cold: shoppers } = coldShoppers(past, LEARNED, FROM + 1, rowOf);
  const usual = settings.find(({ lambda }) => lambda === DEFAULTS.lambda) ?? settings[0];
  let best: { setting: Setting; halfLife: number | null; ndcg10: number } = {
    ...{ setting: usual, halfLife: DEFAULTS.halfLife, ndcg10: Number.NEGATIVE_INFINITY },
  };
  for (const setting of shoppers.length > 0 ? settings : []) {
    const table = setting.table(choicesOf(earlier, rowOf));
    const methods = HALF_LIVES.map((halfLife) => itemItemMethod(`${halfLife}`, table, halfLife));
    const results = await evaluateDevice({ shoppers, methods, from: FROM, to: TO });
    for (const halfLife of HALF_LIVES) {
      const units = streamQualities(results.get(`${halfLife}`) ?? [], shoppers);
      const ndcg10 = meanQuality(units, (quality) => quality.ndcg10);
      if (ndcg10 > best.ndcg10) best = { setting, halfLife, ndcg10 };
    }
  }
  const { setting, halfLife } = best;
  const method = itemItemMethod(name, setting.table(choicesOf(past, rowOf)), halfLife);
  return { method, halfLife, ...(setting.lambda === undefined ? {} : { lambda: setting.lambda }) };
}

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
