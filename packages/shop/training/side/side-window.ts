import { dispose, mean, tensor2d, tidy } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { SIDE_INPUTS, type SideInput, startSchema } from '../../../../src/core/catalog';
import { seededRandom } from '../../../../src/core/common/random';
import { counted } from '../../../../src/core/common/text';
import { type Choices, choiceCounts, choicesAfter, type NewerChoices, rowsOf, shoppersIn } from '../interactions';
import { expertUse } from '../model/network';
import { carriedItems, nextSideWindow, type SideUse } from '../model/next-window';
import { SIDE_NAMES, type SideConfig, sideConfigSchema, sideExpertCount } from '../model/side-weights';
import { parametersFrom, type Weights } from '../model/weights';
import { decodeKept, encodeKept } from './kept-weights';
import { pickFeatures, type SideFeatures, sideConfigOf } from './side-features';
import type { SideSettings } from './side-settings';
import { windowDiscriminants } from './window-discriminants';

const FORMAT = 'sidestream-side-network 1';
/** Name of the counts among the weights in the file. */
const CHOICES = 'choices';

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const useSchema = v.array(share);

const sideWindowSchema = v.strictObject({
  /** Experts of each part and their use at its end; see `sideUse`. */
  experts: v.strictObject({
    text: v.optional(useSchema),
    image: v.optional(useSchema),
    attributes: v.optional(useSchema),
  }),
  choices: whole,
  epochs: whole,
  seconds: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type SideWindow = v.InferOutput<typeof sideWindowSchema>;

const aboutSchema = v.strictObject({
  config: sideConfigSchema,
  /** Ids of the items, in the order of the embeddings. */
  items: v.array(v.string()),
  /** Identifies the columns of the features, because weights are useless for different ones. */
  features: v.string(),
  /** Time of the last learned event. */
  until: v.pipe(v.number(), v.finite()),
  /** Start weights of the terms; null if they could not be fitted. */
  start: v.nullable(startSchema),
  /** As in `SideSettings`; null for none. */
  halfLife: v.nullable(v.pipe(v.number(), v.gtValue(0), v.finite())),
  /** First to last. */
  windows: v.pipe(v.array(sideWindowSchema), v.minLength(1)),
});

/** The network of a side model, from which a later training continues. */
export interface SideNetwork extends v.InferOutput<typeof aboutSchema> {
  /** [items] How often each was chosen, up to then. */
  choices: Float32Array;
  weights: Weights;
}

export const encodeSideNetwork = ({ choices, weights, ...about }: SideNetwork): Uint8Array<ArrayBuffer> =>
  encodeKept({ ...weights, [CHOICES]: { shape: [choices.length], values: choices } }, FORMAT, about);

/** @throws SidestreamError `model/bad-weights` if the bytes are not a network of this version, or are damaged */
export function decodeSideNetwork(bytes: Uint8Array): SideNetwork {
  const { weights: all, about } = decodeKept(bytes, FORMAT, aboutSchema);
  const { [CHOICES]: choices, ...weights } = all;
  return { ...about, choices: choices.values, weights };
}

/** The state from which a training continues an earlier one. */
export interface SideContinuation {
  initial: Weights;
  /** Names of the frozen weights. */
  frozen: ReadonlySet<string>;
  /** [count] How often each item was chosen before. */
  earlier: Float32Array;
  /** The choices that are new to the model. Of their shoppers, new ones are held out first, because the model knows the others. */
  choices: NewerChoices;
  windows: readonly SideWindow[];
  pruned: number;
}

/** Share of the learned choices below which newer ones are too few for a window: many small windows rank worse than one training. */
const MIN_NEWER = 0.1;

/** Share of a network's items that a catalogue may lack: discontinued items disappear. */
const MAX_MISSING = 0.1;

export interface SideWindowRequest {
  network: SideNetwork;
  items: readonly string[];
  features: SideFeatures;
  /** As in `SideNetwork`. */
  described: string;
  /** On items of the catalogue. */
  choices: Choices;
  settings: Pick<SideSettings, 'width' | 'hidden' | 'decays'>;
  seed: number;
}

/** The next window of a network, or the reason why it cannot have one, as the rest of a sentence. */
export function nextTraining(request: SideWindowRequest): SideContinuation | { why: string; isEarly?: boolean } {
  const { network, items, features, described, choices, settings, seed } = request;
  const config = sideConfigOf(features, settings);
  if (sizeOf(network.config) !== sizeOf(config) || network.features !== described) {
    return { why: 'its inputs or its size have changed since' };
  }
  const now = new Set(items);
  const missing = network.items.filter((id) => !now.has(id));
  if (missing.length > MAX_MISSING * network.items.length) {
    return { why: `the bundle lacks ${missing.length} of its ${network.items.length} items` };
  }
  const newer = choicesAfter(choices, network.until);
  const count = newer.rows.length;
  if (count === 0) {
    return { why: `the log has no choice after ${new Date(network.until).toISOString()}`, isEarly: true };
  }
  if (Array.from({ length: shoppersIn(newer) }, (_, n) => rowsOf(newer, n)).every((rows) => new Set(rows).size < 2))
    return { why: 'no shopper has two choices among the newer ones', isEarly: true };
  const learned = network.choices.reduce((sum, chosen) => sum + chosen, 0);
  if (count < MIN_NEWER * learned)
    return {
      why: `the log has ${counted(count, 'newer choice')}, fewer than a tenth of the ${learned} learned ones`,
      isEarly: true,
    };
  const window = network.windows.length + 1;
  const random = seededRandom(seed * 1013 + window);
  const carried = carriedItems(network.weights, network.items, items, random);
  const use = network.windows[network.windows.length - 1].experts;
  const rowOf = new Map(network.items.map((id, row) => [id, row]));
  const earlier = Float32Array.from(items, (id) => network.choices[rowOf.get(id) ?? -1] ?? 0);
  const discriminants = windowDiscriminants(features, earlier, choiceCounts(newer, items.length));
  const { weights, frozen, pruned } = nextSideWindow(carried, config, use, discriminants);
  return { initial: weights, frozen, pruned, choices: newer, windows: network.windows, earlier };
}

const sizeOf = ({ width, hidden, decays, inputs }: SideConfig): string =>
  [width, hidden, ...decays, ...SIDE_INPUTS.map((input) => inputs[input])].join();

/** Maximum number of items by which the use of experts is measured; they are spread evenly over those that somebody chose. */
const MEASURED = 2048;

/** The share of each expert of a side model in the use of all, as a mean over chosen items. The compute backend must be set. */
export async function sideUse(
  weights: Weights,
  features: SideFeatures,
  popularity: ArrayLike<number>,
): Promise<SideUse> {
  const known = Array.from({ length: features.count }, (_, row) => row).filter((row) => popularity[row] > 0);
  const every = Math.ceil(known.length / MEASURED);
  const rows = known.filter((_, n) => n % every === 0);
  const use: SideUse = {};
  for (const input of SIDE_INPUTS) {
    const { columns } = features.inputs[input];
    if (columns > 0) use[input] = await useOf(weights, input, rows, features);
  }
  return use;
}

async function useOf(weights: Weights, input: SideInput, rows: readonly number[], features: SideFeatures) {
  const experts = sideExpertCount(weights, input);
  if (experts === 1 || rows.length === 0) return new Array<number>(experts).fill(1 / experts);
  const { [SIDE_NAMES.embedding]: _, ...others } = weights;
  const parameters = parametersFrom(others);
  const x = tensor2d(pickFeatures(features, rows)[input], [rows.length, features.inputs[input].columns]);
  const means = tidy(() => mean(expertUse(parameters, input, x), 0));
  const values = [...(await means.data())];
  dispose(parameters);
  dispose([x, means]);
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => (total > 0 ? value / total : 1 / experts));
}

export const expertsText = (experts: Readonly<Record<string, readonly number[] | undefined>>): string =>
  Object.entries(experts)
    .map(([input, shares]) => `${input} ${(shares ?? []).map((value) => `${Math.round(100 * value)} %`).join(' / ')}`)
    .join(', ');
