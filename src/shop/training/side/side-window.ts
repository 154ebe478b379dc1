import { seededRandom, type Weights } from '../../../core/model';
import { carriedItems, nextSideWindow, SIDE_INPUTS, type SideConfig } from '../../../core/model/side';
import type { Interaction } from '../offline-data';
import { inputWidths, type SideFeatures } from './side-features';
import type { SideNetwork, SideWindow } from './side-network';
import type { SideSettings } from './train-side';

/** The state from which a training continues an earlier one. */
export interface SideContinuation {
  initial: Weights;
  /** Names of the frozen weights. */
  frozen: ReadonlySet<string>;
  /** [count] How often each item was chosen before. */
  earlier: Float32Array;
  /** Shoppers with earlier choices: new shoppers are held out first, because the model already knows these. */
  known: ReadonlySet<string>;
  /** The choices that are new to the model. */
  interactions: Interaction[];
  /** The earlier windows. */
  windows: readonly SideWindow[];
  /** Number of pruned experts. */
  pruned: number;
}

/** Share of a network's items that a catalogue may lack: discontinued items disappear. */
const MAX_MISSING = 0.1;

export interface SideWindowRequest {
  network: SideNetwork;
  /** Ids of the items of the catalogue. */
  items: readonly string[];
  features: SideFeatures;
  /** As in `SideNetwork`. */
  described: string;
  /** On items of the catalogue, sorted by time. */
  interactions: readonly Interaction[];
  settings: Pick<SideSettings, 'width' | 'hidden' | 'decays'>;
  seed: number;
}

/** The next window of a network, or the reason why it cannot have one, as the rest of a sentence. */
export function nextTraining(request: SideWindowRequest): SideContinuation | { why: string } {
  const { network, items, features, described, interactions, settings, seed } = request;
  const config: SideConfig = {
    width: settings.width,
    hidden: settings.hidden,
    inputs: inputWidths(features),
    decays: [...settings.decays],
  };
  if (network.config.width !== config.width) {
    return { why: `its vectors have ${network.config.width} numbers, but ${config.width} are now requested` };
  }
  if (!sameSize(network.config, config) || network.features !== described) {
    return { why: 'its inputs or its size have changed since' };
  }
  const now = new Set(items);
  const missing = network.items.filter((id) => !now.has(id));
  if (missing.length > MAX_MISSING * network.items.length) {
    return { why: `the bundle lacks ${missing.length} of its ${network.items.length} items` };
  }
  const newer = interactions.filter(({ time }) => time > network.until);
  if (newer.length === 0) return { why: `the log has no choice after ${new Date(network.until).toISOString()}` };
  if (!hasSequence(newer)) return { why: 'no shopper has two choices among the newer ones' };
  const window = network.windows.length + 1;
  const random = seededRandom(seed * 1013 + window);
  const carried = carriedItems(network.weights, network.items, items, random);
  const use = network.windows[network.windows.length - 1].experts;
  const { weights, frozen, pruned } = nextSideWindow(carried, config, use, random);
  const rowOf = new Map(network.items.map((id, row) => [id, row]));
  return {
    initial: weights,
    frozen,
    pruned,
    interactions: newer,
    windows: network.windows,
    earlier: Float32Array.from(items, (id) => network.choices[rowOf.get(id) ?? -1] ?? 0),
    known: new Set(interactions.filter(({ time }) => time <= network.until).map(({ user }) => user)),
  };
}

const sameSize = (a: SideConfig, b: SideConfig): boolean =>
  a.hidden === b.hidden &&
  a.decays.join() === b.decays.join() &&
  SIDE_INPUTS.every((input) => a.inputs[input] === b.inputs[input]);

/** Whether a shopper has two different items. */
function hasSequence(interactions: readonly Interaction[]): boolean {
  const first = new Map<string, number>();
  return interactions.some(({ user, row }) => {
    const before = first.get(user);
    if (before === undefined) first.set(user, row);
    return before !== undefined && before !== row;
  });
}
