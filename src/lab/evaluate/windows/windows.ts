import * as v from 'valibot';
import { SIDE_INPUTS } from '../../../core/catalog';
import { type Random, seededRandom } from '../../../core/common/random';
import type { Weight, Weights } from '../../../core/model';
import {
  freshSideExpert,
  freshSideWeights,
  nextSideWindow,
  type SideConfig,
  sideInputNames,
} from '../../../core/model/side';
import { cutWindows, type Interaction } from '../../../shop/training';
import {
  type ChoiceSequence,
  choiceRanks,
  rankableChoices,
  SIDE_SETTINGS,
  type SideFeatures,
  type SideSettings,
  sideConfigOf,
  sideUse,
  trainSide,
} from '../../../shop/training/side';
import { type Quality, qualityOf, qualitySchema } from '../quality';

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
export const windowRunSchema = v.strictObject({
  name: v.string(),
  /** Quality of each window except the first. */
  units: v.array(qualitySchema),
  /** Processor time of all trainings. */
  seconds: v.number(),
  /** Size of the network after the last window, as float32. */
  bytes: v.number(),
  /** Experts of all parts after the last window. */
  experts: v.number(),
  /** Experts that were pruned. */
  pruned: v.number(),
  /**
   * Share of a window's new expert in the use of the items that were first chosen in the window, relative to its share in the use of older
   * items: mean over parts and windows. 0 without new experts.
   */
  onNewItems: v.number(),
});
export type WindowRun = v.InferOutput<typeof windowRunSchema>;

/**
 * Learns a log window by window; after window n the choices of window n + 1 are ranked among all items that somebody chose
 * before and the shopper did not. The compute backend must be set.
 */
export async function evaluateWindows(
  name: string,
  method: WindowMethod,
  protocol: WindowsProtocol,
): Promise<WindowRun> {
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
    const before = method.restarts ? null : weights;
    let initial = before ?? manyExperts(config, features.count, method.experts, random);
    let frozen: ReadonlySet<string> = new Set();
    if (before && method.grows) {
      const next = nextSideWindow(before, config, await sideUse(before, features, knownBefore), random);
      initial = next.weights;
      run.pruned += next.pruned;
      if (method.freezes) frozen = next.frozen;
    }
    const learned: Map<string, number[]> = method.restarts ? histories : addTo(new Map(), part);
    const sequences = [...learned.values()].map((rows) => Int32Array.from(rows));
    const earlier = method.restarts ? undefined : knownBefore;
    const started = process.cpuUsage();
    const trained = await trainSide({
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
    if (before && method.grows) {
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

/** Weights of a fresh side model with the given number of experts in each part. */
function manyExperts(config: SideConfig, count: number, experts: number, random: Random): Weights {
  const weights: Record<string, Weight> = { ...freshSideWeights(config, count, random) };
  if (experts === 1) return weights;
  for (const input of SIDE_INPUTS) {
    const columns = config.inputs[input];
    if (columns === 0) continue;
    for (let n = 1; n < experts; n++) Object.assign(weights, freshSideExpert(config, input, n, random));
    const names = sideInputNames(input);
    const bound = 1 / Math.sqrt(columns);
    const values = Float32Array.from({ length: experts * columns }, () => (random() * 2 - 1) * bound);
    weights[names.router] = { shape: [experts, columns], values };
    weights[names.routerBias] = { shape: [experts], values: new Float32Array(experts) };
  }
  return weights;
}

/** Adds the choices to the rows of their shoppers. */
function addTo(histories: Map<string, number[]>, interactions: readonly Interaction[]): Map<string, number[]> {
  for (const { user, row } of interactions) {
    const own = histories.get(user);
    if (own) own.push(row);
    else histories.set(user, [row]);
  }
  return histories;
}

/** The shoppers of a window, each with all their earlier choices. First choices are not ranked. */
function rankedShoppers(histories: ReadonlyMap<string, number[]>, window: readonly Interaction[]): ChoiceSequence[] {
  return [...addTo(new Map(), window)].map(([user, rows]) => {
    const before = new Set(histories.get(user));
    return { rows: [...new Set([...before, ...rows])], from: Math.max(1, before.size) };
  });
}

/** How a side model continues from window to window. */
export interface WindowMethod {
  /** Experts of each part in the first window. */
  experts: number;
  /** Whether each window starts from fresh weights and also learns from all earlier windows. */
  restarts: boolean;
  /** Whether every window after the first adds an expert to each part, and prunes; otherwise none is added or pruned. */
  grows: boolean;
  /** Whether the experts of earlier windows are frozen. */
  freezes: boolean;
}

const CONTINUED: WindowMethod = { experts: 1, restarts: false, grows: false, freezes: false };
/** Number of experts in methods with a fixed number. */
const FIXED_EXPERTS = 4;

export const WINDOW_METHODS = {
  /** As `sidestream train --continue` does it. */
  windows: { ...CONTINUED, grows: true, freezes: true },
  /** Retrained on everything. */
  scratch: { ...CONTINUED, restarts: true },
  /** One expert, always trained on the newest window. */
  static: CONTINUED,
  /** Several experts from the start, all always trained. */
  'static-n': { ...CONTINUED, experts: FIXED_EXPERTS },
  /** New experts, and nothing frozen. */
  'full-side-network': { ...CONTINUED, grows: true },
} as const satisfies Record<string, WindowMethod>;

export type WindowMethodName = keyof typeof WINDOW_METHODS;
