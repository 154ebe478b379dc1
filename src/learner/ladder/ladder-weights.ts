import * as v from 'valibot';
import { SidestreamError } from '../../error';
import {
  checkWeights,
  decodeSafetensors,
  encodeSafetensors,
  expertCounts,
  freshLayer,
  LADDERS,
  type Ladder,
  ladderEntries,
  newestNames,
  seededRandom,
  type TapShape,
  type Utilization,
  type Weights,
} from '../../model';

/** Stored experts: their weights and the data kept with them. */
export interface LadderRecord {
  weights: Weights;
  /** Activation summed over the window so far, per ladder and layer; no layers before the first training. */
  activation: Utilization;
  /** Shares when the window began. */
  shares: Utilization;
  /** The taps that the fresh experts passed on. */
  content: ContentTaps;
}

const FORMAT = 'sidestream-experts';
/**
 * Bounds of stored experts, far above what `LadderExperts` makes: 4 experts a layer, a bottleneck of 32. Adam moves a weight by
 * about 5e-4 a step, so it takes two million steps to a magnitude of 1000.
 */
const LIMITS = { experts: 64, bottleneckDim: 1024, magnitude: 1000 };
/** Summed activation of a window at most. */
const MOST_ACTIVATION = 1e9;

const numbers = v.array(v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(MOST_ACTIVATION))));
const tapIndex = v.pipe(v.number(), v.integer(), v.minValue(0));
const contentSchema = v.object({ text: tapIndex, image: tapIndex });
const utilizationSchema = v.object({ text: numbers, image: numbers });

/** The backbone's gate in a fresh layer up to the content tap; the expert's gate after it. */
const FRESH_GATE = 0.9;

/** Per ladder, the index of the tap by which content is compared. Fresh experts pass it on. */
export type ContentTaps = Record<Ladder, number>;

/** The backbone's gate in every layer of fresh experts: high up to the content tap, low after it. */
export function freshGates({ taps }: TapShape, content: ContentTaps): Record<Ladder, number[]> {
  const gates = (ladder: Ladder): number[] =>
    Array.from({ length: taps[ladder] - 1 }, (_, layer) => (layer < content[ladder] ? FRESH_GATE : 1 - FRESH_GATE));
  return { text: gates('text'), image: gates('image') };
}

/**
 * Fresh weights: one expert per layer that passes its input on unchanged (up = 0), and routers whose bias makes the output
 * of the ladder nearly its content tap.
 */
export function freshWeights(shape: TapShape, bottleneckDim: number, content: ContentTaps, seed: number): Weights {
  const random = seededRandom(seed);
  const gates = freshGates(shape, content);
  const layers = (ladder: Ladder) => gates[ladder].map((gate) => freshLayer(shape.dim, bottleneckDim, random, gate));
  return ladderEntries({ text: layers('text'), image: layers('image') });
}

/** Names of the weights that learn, and gradient masks that freeze all but the newest router row and its bias. */
export function newestWeights(weights: Weights): { names: string[]; masks: Record<string, Float32Array> } {
  const { names, routers } = newestNames(weights);
  const masks = routers.map((name): [string, Float32Array] => {
    const { shape, values } = weights[name];
    return [name, new Float32Array(values.length).fill(1, values.length - values.length / shape[0])];
  });
  return { names, masks: Object.fromEntries(masks) };
}

/** Expected shares of fresh experts: their gates. */
export function freshShares(shape: TapShape, content: ContentTaps): Utilization {
  const gates = freshGates(shape, content);
  const shares = (ladder: Ladder): number[][] => gates[ladder].map((gate) => [gate, 1 - gate]);
  return { text: shares('text'), image: shares('image') };
}

export function encodeLadder({ weights, activation, shares, content }: LadderRecord): Uint8Array<ArrayBuffer> {
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
export function decodeLadder(bytes: Uint8Array, shape: TapShape): LadderRecord {
  const { weights, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT) throw bad(`their format is "${metadata.format}", not "${FORMAT}"`);
  const wrong = checkWeights(weights, shape, {}, true, LIMITS);
  if (wrong) throw bad(wrong);
  const shares = parseUtilization(metadata.shares, weights);
  const activation = parseUtilization(metadata.activation, weights);
  const content = v.safeParse(contentSchema, parseJson(metadata.content));
  if (!content.success || LADDERS.some((ladder) => content.output[ladder] >= shape.taps[ladder])) {
    throw bad('their content taps are not among those of the features');
  }
  return { weights, activation, shares, content: content.output };
}

const bad = (reason: string, cause?: unknown): SidestreamError =>
  new SidestreamError('model/bad-weights', `The stored experts cannot be used: ${reason}. Start with fresh ones.`, {
    cause,
  });

function parseUtilization(text: string | undefined, weights: Weights): Utilization {
  const parsed = v.safeParse(utilizationSchema, parseJson(text));
  if (!parsed.success) throw bad('their utilization is not a list of shares per layer');
  for (const ladder of LADDERS) {
    const counts = expertCounts(weights)[ladder];
    const layers = parsed.output[ladder];
    const fits =
      layers.length === 0 ||
      (layers.length === counts.length && layers.every((layer, index) => layer.length === counts[index] + 1));
    if (!fits) throw bad('their utilization has other layers than the weights');
  }
  return parsed.output;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    throw bad('the metadata is not JSON', error);
  }
}
