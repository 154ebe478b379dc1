import * as v from 'valibot';
import type { FeatureTable } from '../catalog';
import { SidestreamError } from '../error';
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
} from '../model';

/** The part of a feature table that weights must fit. */
export type ExpertsShape = Pick<FeatureTable, 'dim' | 'taps'>;

/** What is stored with the experts beside their weights. */
export interface ExpertsRecord {
  weights: Weights;
  /** Activation summed over the window so far, per ladder and layer; no layers before the first training. */
  activation: Utilization;
  /** Shares when the window began. */
  shares: Utilization;
}

const FORMAT = 'sidestream-experts';
const numbers = v.array(v.array(v.pipe(v.number(), v.finite(), v.minValue(0))));
const utilizationSchema = v.object({ text: numbers, image: numbers });

/**
 * Fresh weights: one expert per layer that passes its input on unchanged (up = 0), and routers that weigh backbone and
 * expert alike.
 */
export function freshWeights({ dim, taps }: ExpertsShape, bottleneckDim: number, seed: number): Weights {
  const random = seededRandom(seed);
  const weights: Record<string, Weight> = {};
  for (const ladder of LADDERS) {
    for (let layer = 0; layer < taps[ladder] - 1; layer++) {
      const expert = expertNames(ladder, layer, 0);
      const router = routerNames(ladder, layer);
      weights[expert.down] = {
        shape: [bottleneckDim, dim],
        values: uniform(random, bottleneckDim * dim, 1 / Math.sqrt(dim)),
      };
      weights[expert.up] = { shape: [dim, bottleneckDim], values: new Float32Array(dim * bottleneckDim) };
      weights[router.weight] = { shape: [2, dim], values: new Float32Array(2 * dim) };
      weights[router.bias] = { shape: [2], values: new Float32Array(2) };
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

/** Equal shares for every layer: what an untrained layer reports. */
export function equalShares(weights: Weights): Utilization {
  const shares = (ladder: Ladder): number[][] =>
    storedExpertCounts(weights, ladder).map((count) => new Array<number>(count + 1).fill(1 / (count + 1)));
  return { text: shares('text'), image: shares('image') };
}

export function encodeExperts({ weights, activation, shares }: ExpertsRecord): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(weights, {
    format: FORMAT,
    activation: JSON.stringify(activation),
    shares: JSON.stringify(shares),
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
  return { weights, activation, shares };
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
    if (!stored.values.every(Number.isFinite)) throw bad(`"${name}" holds numbers that are not finite`);
  };
  for (const ladder of LADDERS) {
    const counts = storedExpertCounts(weights, ladder);
    if (counts.length !== taps[ladder] - 1)
      throw bad(`the ${ladder} ladder has ${counts.length} layers, not ${taps[ladder] - 1}`);
    for (const [layer, count] of counts.entries()) {
      if (count === 0) throw bad(`layer ${layer} of the ${ladder} ladder has no expert`);
      for (let index = 0; index < count; index++) {
        const { down, up } = expertNames(ladder, layer, index);
        expectShape(down, [null, dim]);
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
  let data: unknown;
  try {
    data = JSON.parse(text ?? '');
  } catch (error) {
    throw bad('their record of use is not JSON', error);
  }
  const parsed = v.safeParse(utilizationSchema, data);
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
