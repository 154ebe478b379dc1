import type { LogEvent } from '../../shop/logs';
import { DEVICE_RANKED, type DeviceMethod, evaluateDevice } from './device';
import { easeOf } from './leave-one-out/ease';
import { ITEM_KNN } from './leave-one-out/item-knn';
import {
  type AddScores,
  chosenSettings,
  gridOf,
  type LeaveOneOutShop,
  type MethodSettings,
  type TunedMethod,
} from './leave-one-out/ranker';
import { type ChoiceHistory, historyOf } from './leave-one-out/split';
import { VSKNN, type VsknnSettings } from './leave-one-out/vsknn';
import { historyMethod } from './methods';
import { meanQuality, streamQualities } from './quality';
import { pastShoppers, type Shopper, shoppersOf } from './shoppers';

/** The log from which a method learns and chooses its settings. */
export interface PastLog extends Pick<LeaveOneOutShop, 'count' | 'say' | 'meter'> {
  /** Sorted by time. They must all be earlier than the evaluated events. */
  past: readonly LogEvent[];
  /** Row of an item id. */
  rowOf: ReadonlyMap<string, number>;
}

/** A method of the literature that learns from the past, and there chooses its settings. */
interface PastMethod {
  /**
   * The settings that rank best by NDCG@10 on every fifth shopper of the past, learned from the remaining shoppers; the defaults
   * if there are too few.
   */
  choose(log: PastLog): MethodSettings;
  /** Learns from the whole past. @param settings as JSON @returns null for settings that `choose` never tries */
  method(log: PastLog, settings: string): DeviceMethod | null;
}

/** Maximum number of latest choices of a history. */
const MAX_HISTORY = 50;

/** A method as run on a device. */
const deviceMethod = (name: string, count: number, add: AddScores): DeviceMethod =>
  historyMethod(name, (rows, times) => {
    const scores = new Float32Array(count);
    add(historyOf(rows.slice(-MAX_HISTORY), times.slice(-MAX_HISTORY)), scores);
    return scores;
  });

const historiesOf = (shoppers: readonly Shopper[]): ChoiceHistory[] =>
  shoppers.map(({ rows, times }) => historyOf(rows, times));

function pastMethod<Fit extends MethodSettings, Use extends MethodSettings>(tuned: TunedMethod<Fit, Use>): PastMethod {
  const { name, fits, uses } = tuned;
  const tried = fits.flatMap((one) => uses.map((use) => ({ ...one, ...use })));
  return {
    choose(log) {
      const { others, judges: shoppers } = pastShoppers(log.past, log.rowOf, DEVICE_RANKED.from + 1);
      const judge = (add: AddScores): number => {
        const [{ streams }] = evaluateDevice({ shoppers, methods: [deviceMethod(name, log.count, add)] });
        return meanQuality(streamQualities(streams, shoppers), (quality) => quality.ndcg10);
      };
      return chosenSettings(tuned, historiesOf(others), log, shoppers.length > 0 ? judge : null).settings;
    },
    method(log, given) {
      const settings = tried.find((one) => JSON.stringify(one) === given);
      if (!settings) return null;
      const scoresBy = tuned.fit(historiesOf(shoppersOf(log.past, log.rowOf)), settings, log);
      return deviceMethod(name, log.count, scoresBy(settings));
    },
  };
}

const fading = gridOf<{ halfLife: number | null }>({ halfLife: [1, 2, 4, 8, 16, 32, 64, null] });

export const PAST_METHODS: Readonly<Record<string, PastMethod>> = {
  'item-knn': pastMethod({
    ...ITEM_KNN,
    fits: [{ shrinkage: 0, neighbours: 256 }],
    uses: fading,
    usual: { shrinkage: 0, neighbours: 256, halfLife: 8 },
  }),
  ease: pastMethod({
    ...easeOf([20, 50, 100, 200, 500, 1000], true),
    uses: fading,
    usual: { lambda: 500, halfLife: 8 },
  }),
  vsknn: pastMethod({
    ...VSKNN,
    uses: gridOf<VsknnSettings>({
      neighbours: [100, 500],
      halfLife: [1, 4, 16],
      days: [null],
      idf: [0, 1],
      reach: [null],
    }),
    usual: { neighbours: 500, halfLife: 4, days: null, idf: 1, reach: null },
  }),
};
