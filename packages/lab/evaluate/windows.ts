import { SIDE_INPUTS } from '../../../src/core/catalog';
import { addToGroup } from '../../../src/core/common/grouped';
import { seededRandom } from '../../../src/core/common/random';
import type { Interaction } from '../../shop/training';
import {
  type ChoiceSequence,
  choiceRanks,
  freshSideWeights,
  nextSideWindow,
  rankableChoices,
  SIDE_SETTINGS,
  type SideFeatures,
  type SideSettings,
  sequencesFrom,
  sideConfigOf,
  sideUse,
  trainEpochs,
  type Weight,
  type Weights,
  windowDiscriminants,
} from '../../shop/training/side';
import { type Quality, qualityOf } from './quality';

/**
 * How a side model continues from window to window: `windows` as `sidestream train` does it, with a new expert for each part
 * while the old ones are frozen; `scratch` is trained again on everything; `static` has one expert, which learns the newest window.
 */
export const WINDOW_METHODS = ['windows', 'scratch', 'static'] as const;
export type WindowMethodName = (typeof WINDOW_METHODS)[number];

export interface WindowsProtocol {
  /** Sorted by time. */
  interactions: readonly Interaction[];
  /** Of all items. */
  features: SideFeatures;
  /** Windows of equal counts. */
  windows: number;
  seed: number;
  settings?: Partial<SideSettings>;
  /** Maximum number of choices ranked in a window, selected evenly. */
  ranked: number;
  /** Called when a window has been learned and the next one ranked; windows from 1. */
  onRanked?(window: number, quality: Quality): void;
}

/** Result of one method. */
export interface WindowRun {
  name: string;
  /** Quality of each window except the first. */
  units: Quality[];
  /** Processor time of all trainings. */
  seconds: number;
  /** Size of the network after the last window, as float32. */
  bytes: number;
  /** Experts of all parts after the last window. */
  experts: number;
  /** Experts that were pruned. */
  pruned: number;
  /**
   * Share of a window's new expert in the use of the items that were first chosen in the window, relative to its share in the use of older
   * items: mean over parts and windows. 0 without new experts.
   */
  onNewItems: number;
}

/**
 * Learns a log window by window; after window n the choices of window n + 1 are ranked among all items that somebody chose
 * before and the shopper did not. The compute backend must be set.
 */
export async function evaluateWindows(name: WindowMethodName, protocol: WindowsProtocol): Promise<WindowRun> {
  const [grows, restarts] = [name === 'windows', name === 'scratch'];
  const { interactions, features, seed, onRanked } = protocol;
  const parts = cutWindows(interactions, protocol.windows);
  const settings = { ...SIDE_SETTINGS, ...protocol.settings };
  const config = sideConfigOf(features, settings);
  const run: WindowRun = { name, units: [], seconds: 0, bytes: 0, experts: 0, pruned: 0, onNewItems: 0 };
  const lifts: number[] = [];
  const known = new Float32Array(features.count);
  const histories = new Map<string, number[]>();
  let weights: Weights | null = null;
  for (const [n, part] of parts.slice(0, -1).entries()) {
    const random = seededRandom(seed * 1013 + n);
    const knownBefore = known.slice();
    for (const { row } of part) known[row]++;
    addTo(histories, part);
    const before = restarts ? null : weights;
    let initial = before ?? freshSideWeights(config, features.count, random);
    let frozen: ReadonlySet<string> = new Set();
    if (before && grows) {
      const newer = known.map((count, row) => count - knownBefore[row]);
      const discriminants = windowDiscriminants(features, knownBefore, newer);
      const next = nextSideWindow(before, config, await sideUse(before, features, knownBefore), discriminants);
      initial = next.weights;
      run.pruned += next.pruned;
      frozen = next.frozen;
    }
    const learned: Map<string, number[]> = restarts ? histories : addTo(new Map(), part);
    const sequences = sequencesFrom([...learned.values()]);
    const earlier = restarts ? undefined : knownBefore;
    const started = process.cpuUsage();
    const trained = await trainEpochs({
      features,
      sequences,
      settings,
      seed: seed * 101 + n,
      initial,
      frozen,
      earlier,
    });
    const { user, system } = process.cpuUsage(started);
    run.seconds += (user + system) / 1e6;
    weights = trained.weights;
    if (before && grows) {
      const isNew = known.map((chosen, row) => (knownBefore[row] === 0 ? chosen : 0));
      const [onNew, onOld] = [await sideUse(weights, features, isNew), await sideUse(weights, features, knownBefore)];
      for (const input of SIDE_INPUTS) {
        const [newest, older] = [onNew[input]?.at(-1), onOld[input]?.at(-1)];
        if (newest !== undefined && older) lifts.push(newest / older);
      }
    }
    const shoppers = rankedShoppers(histories, parts[n + 1]);
    const isKnown = (row: number): boolean => known[row] > 0;
    const every = Math.max(1, Math.ceil(rankableChoices(shoppers, isKnown) / protocol.ranked));
    const quality = qualityOf(choiceRanks(trained.model, shoppers, isKnown, (choice) => choice % every === 0));
    run.units.push(quality);
    onRanked?.(n + 2, quality);
  }
  run.onNewItems = lifts.reduce((sum, lift) => sum + lift, 0) / Math.max(1, lifts.length);
  const last: readonly Weight[] = Object.values(weights ?? {});
  run.bytes = last.reduce((sum, { values }) => sum + values.byteLength, 0);
  run.experts = Object.keys(weights ?? {}).filter((key) => key.endsWith('.down.weight')).length;
  return run;
}

/** Adds the choices to the rows of their shoppers. */
function addTo(histories: Map<string, number[]>, interactions: readonly Interaction[]): Map<string, number[]> {
  for (const { user, row } of interactions) addToGroup(histories, user, row);
  return histories;
}

/** The shoppers of a window, each with all their earlier choices. First choices are not ranked. */
function rankedShoppers(histories: ReadonlyMap<string, number[]>, window: readonly Interaction[]): ChoiceSequence[] {
  return [...addTo(new Map(), window)].map(([user, rows]) => {
    const before = new Set(histories.get(user));
    return { rows: [...new Set([...before, ...rows])], from: Math.max(1, before.size) };
  });
}

/** Cuts a stream into windows of equal counts; fewer than `count` if it is shorter. */
export function cutWindows<T>(stream: readonly T[], count: number): T[][] {
  const bound = (window: number): number => Math.round((window * stream.length) / count);
  const windows = Array.from({ length: count }, (_, window) => stream.slice(bound(window), bound(window + 1)));
  return windows.filter((window) => window.length > 0);
}
