import { type DeviceMethod, evaluateDevice } from './device';
import type { ItemItemLog } from './item-item-methods';
import { type ChoiceHistory, gridOf, VsknnIndex, type VsknnSettings } from './leave-one-out';
import { pastShoppers, shoppersOf } from './past-shoppers';
import { meanQuality } from './quality';
import type { Shopper } from './shoppers';
import { streamQualities } from './stream-quality';

const TRIED = gridOf<VsknnSettings>({
  neighbours: [100, 500],
  halfLife: [1, 4, 16],
  days: [null],
  idf: [0, 1],
  reach: [null],
});
/** Settings that `vsknnSettings` tries. */
export const VSKNN_TRIED = TRIED.length;
/** Defaults if there is nothing to choose by. */
const DEFAULT: VsknnSettings = { neighbours: 500, halfLife: 4, days: null, idf: 1, reach: null };
/** First ranked choice, and end of the used choices, as in the device protocol. */
const [FROM, TO] = [10, 110];
/** Maximum number of latest choices in a shopper's history. */
const MAX_HISTORY = 50;

const historyOf = ({ rows, times }: Pick<Shopper, 'rows' | 'times'>): ChoiceHistory => ({
  rows: Int32Array.from(rows),
  times: Float64Array.from(times),
});

/** Session kNN (`VsknnIndex`) as run on a device, over the shoppers of the past. */
export function vsknnMethod({ past, rowOf, count }: ItemItemLog, settings: VsknnSettings): DeviceMethod {
  return methodOf('vsknn', new VsknnIndex(shoppersOf(past, rowOf).map(historyOf), count), count, settings);
}

function methodOf(name: string, index: VsknnIndex, count: number, settings: VsknnSettings): DeviceMethod {
  const add = index.scoresBy(settings);
  return {
    name,
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
        close() {},
      };
    },
  };
}

/**
 * The settings that rank best by NDCG@10 on every fifth shopper of the past, learned from the remaining shoppers; the defaults if
 * there are too few.
 * @param onTried called after each of them
 */
export async function vsknnSettings({ past, rowOf, count }: ItemItemLog, onTried?: () => void): Promise<VsknnSettings> {
  const { others, judges } = pastShoppers(past, rowOf, FROM + 1);
  if (judges.length === 0) return DEFAULT;
  const index = new VsknnIndex(others.map(historyOf), count);
  let best = { settings: DEFAULT, ndcg10: Number.NEGATIVE_INFINITY };
  for (const settings of TRIED) {
    const methods = [methodOf('vsknn', index, count, settings)];
    const results = await evaluateDevice({ shoppers: judges, methods, from: FROM, to: TO });
    const units = streamQualities(results.get('vsknn') ?? [], judges);
    const ndcg10 = meanQuality(units, (quality) => quality.ndcg10);
    if (ndcg10 > best.ndcg10) best = { settings, ndcg10 };
    onTried?.();
  }
  return best.settings;
}
