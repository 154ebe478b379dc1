import * as v from 'valibot';
import type { FeatureTable } from '../../catalog';
import { SidestreamError } from '../../error';
import {
  decodeSafetensors,
  encodeSafetensors,
  expertNames,
  LADDERS,
  type Ladder,
  routerNames,
  seededRandom,
  storedExpertCounts,
  type Utilization,
  uniform,
  type Weight,
  type Weights,
} from '../../model';

/** The part of a feature table that weights must fit. */
export type ExpertsShape = Pick<FeatureTable, 'dim' | 'taps'>;

/** What is stored with the experts beside their weights. */
export interface ExpertsRecord {
  weights: Weights;
  /** Activation summed over the window so far, per ladder and layer; no layers before the first training. */
  activation: Utilization;
  /** Shares when the window began. */
  shares: Utilization;
  /** What the fresh experts stood for. */
  content: ContentTaps;
}

const FORMAT = 'sidestream-experts';
/** Bounds of stored experts, far above what `Experts` makes: 4 experts a layer, a bottleneck of 32. */
const MOST_EXPERTS = 64;
const WIDEST = 1024;
/** Adam moves a weight by about 5e-4 a step, so it takes two million steps to get here. */
const LARGEST_WEIGHT = 1000;
/** Summed activation of a window at most. */
const MOST_ACTIVATION = 1e9;

const numbers = v.array(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(MOST_ACTIVATION))));
const tapIndex = v.pipe(v.number(), v.integer(), v.minValue(0));
const contentSchema = v.object({ text: tapIndex, image: tapIndex });
const utilizationSchema = v.object({ text: numbers, image: numbers });

/** The backbone's gate in a fresh layer up to the content tap; the expert's gate after it. */
const FRESH_GATE = 0.9;

/** Index of the tap by which items are compared as long as nothing is learned, per ladder. */
export type ContentTaps = Record<Ladder, number>;

/** The backbone's gate in every layer of fresh experts: high up to the content tap, low after it. */
export function freshGates({ taps }: ExpertsShape, content: ContentTaps): Record<Ladder, number[]> {
  const gates = (ladder: Ladder): number[] =>
    Array.from({ length: taps[ladder] - 1 }, (_, layer) => (layer < content[ladder] ? FRESH_GATE : 1 - FRESH_GATE));
  return { text: gates('text'), image: gates('image') };
}

/**
 * Fresh weights: one expert per layer that passes its input on unchanged (up = 0), and routers whose bias lets the
 * ladder say about what its content tap says.
 */
export function freshWeights(shape: ExpertsShape, bottleneckDim: number, content: ContentTaps, seed: number): Weights {
  const { dim, taps } = shape;
  const random = seededRandom(seed);
  const gates = freshGates(shape, content);
  const weights: Record<string, Weight> = {};
  for (const ladder of LADDERS) {
    for (let layer = 0; layer < taps[ladder] - 1; layer++) {
      const expert = expertNames(ladder, layer, 0);
      const router = routerNames(ladder, layer);
      const gate = gates[ladder][layer];
      weights[expert.down] = {
        shape: [bottleneckDim, dim],
        values: uniform(random, bottleneckDim * dim, 1 / Math.sqrt(dim)),
      };
      weights[expert.up] = { shape: [dim, bottleneckDim], values: new Float32Array(dim * bottleneckDim) };
      weights[router.weight] = { shape: [2, dim], values: new Float32Array(2 * dim) };
      weights[router.bias] = { shape: [2], values: Float32Array.of(Math.log(gate / (1 - gate)), 0) };
    }
  }
  return weights;
}

/** The names that learn, and masks that keep all but the newest router row (and its bias) as they are. */
export function newestNames(weights: Weights): { names: string[]; masks: Record<string, Float32Array> } {
  const names: string[] = [];
  const masks: Record<string, Float32Array> = {};
  for (const ladder of LADDERS) {
    for (const [layer, count] of storedExpertCounts(weights, ladder).entries()) {
      const expert = expertNames(ladder, layer, count - 1);
      const router = routerNames(ladder, layer);
      names.push(expert.down, expert.up, router.weight, router.bias);
      for (const name of [router.weight, router.bias]) {
        const { shape, values } = weights[name];
        masks[name] = new Float32Array(values.length).fill(1, values.length - values.length / shape[0]);
      }
    }
  }
  return { names, masks };
}

/** Shares to expect of fresh experts: their gates. */
export function freshShares(shape: ExpertsShape, content: ContentTaps): Utilization {
  const gates = freshGates(shape, content);
  const shares = (ladder: Ladder): number[][] => gates[ladder].map((gate) => [gate, 1 - gate]);
  return { text: shares('text'), image: shares('image') };
}

export function encodeExperts({ weights, activation, shares, content }: ExpertsRecord): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(weights, {
    format: FORMAT,
    activation: JSON.stringify(activation),
    shares: JSON.stringify(shares),
    content: JSON.stringify(content),
  });
}

/**
 * Reads stored experts.
 * @throws SidestreamError `model/bad-weights` when they are damaged or were made for other features
 */
export function decodeExperts(bytes: Uint8Array, shape: ExpertsShape): ExpertsRecord {
  const { weights, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT) throw bad(`their format is "${metadata.format}", not "${FORMAT}"`);
  checkWeights(weights, shape);
  const shares = parseUtilization(metadata.shares, weights);
  const activation = parseUtilization(metadata.activation, weights);
  const content = v.safeParse(contentSchema, parseJson(metadata.content));
  if (!content.success || LADDERS.some((ladder) => content.output[ladder] >= shape.taps[ladder])) {
    throw bad('their content taps are not taps of the features');
  }
  return { weights, activation, shares, content: content.output };
}

const bad = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError('model/bad-weights', `The stored experts cannot be used: ${reason}. Start with fresh ones.`, {
    cause,
  });

function checkWeights(weights: Weights, { dim, taps }: ExpertsShape): void {
  const expected = new Set<string>();
  const expectShape = (name: string, shape: (number | null)[]): void => {
    expected.add(name);
    const stored = Object.hasOwn(weights, name) ? weights[name] : null;
    if (!stored) throw bad(`"${name}" is missing`);
    const fits =
      stored.shape.length === shape.length && shape.every((side, axis) => side === null || side === stored.shape[axis]);
    if (!fits) throw bad(`"${name}" has shape [${stored.shape}], not [${shape.map((side) => side ?? 'any')}]`);
    if (!stored.values.every((value) => Math.abs(value) <= LARGEST_WEIGHT)) {
      throw bad(`"${name}" holds numbers beyond ${LARGEST_WEIGHT}, or not finite`);
    }
  };
  for (const ladder of LADDERS) {
    const counts = storedExpertCounts(weights, ladder);
    if (counts.length !== taps[ladder] - 1)
      throw bad(`the ${ladder} ladder has ${counts.length} layers, not ${taps[ladder] - 1}`);
    for (const [layer, count] of counts.entries()) {
      if (count === 0) throw bad(`layer ${layer} of the ${ladder} ladder has no expert`);
      if (count > MOST_EXPERTS) throw bad(`layer ${layer} of the ${ladder} ladder has ${count} experts`);
      for (let index = 0; index < count; index++) {
        const { down, up } = expertNames(ladder, layer, index);
        expectShape(down, [null, dim]);
        if (weights[down].shape[0] > WIDEST) throw bad(`"${down}" is ${weights[down].shape[0]} wide inside`);
        expectShape(up, [dim, weights[down].shape[0]]);
      }
      const router = routerNames(ladder, layer);
      expectShape(router.weight, [count + 1, dim]);
      expectShape(router.bias, [count + 1]);
    }
  }
  const extra = Object.keys(weights).find((name) => !expected.has(name));
  if (extra !== undefined) throw bad(`"${extra}" does not belong to them`);
}

function parseUtilization(text: string | undefined, weights: Weights): Utilization {
  const parsed = v.safeParse(utilizationSchema, parseJson(text));
  if (!parsed.success) throw bad('their record of use is not a list of shares per layer');
  for (const ladder of LADDERS) {
    const counts = storedExpertCounts(weights, ladder);
    const layers = parsed.output[ladder];
    const fits =
      layers.length === 0 ||
      (layers.length === counts.length && layers.every((layer, index) => layer.length === counts[index] + 1));
    if (!fits) throw bad('their record of use has other layers than the weights');
  }
  return parsed.output;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    throw bad('what is kept beside the weights is not JSON', error);
  }
}
