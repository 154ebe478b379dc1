import type { ContentVectors } from '../features/feature-table';
import { ADAPTER_SIZE, SIDE_INPUTS, type SideAdapters } from './adapters';

/** A fading sum over the vectors of a shopper's choices: s <- decay * s + k(choice). */
interface SideState {
  /** Share of the state that remains after one more choice, 0 to 1 (both excluded). */
  decay: number;
  /** Factor of each dimension when the state is read out, [width]. */
  gain: Float32Array;
}

/** Maximum number of columns of a row: of a vector, and of the features of the adapters. */
export const MAX_SIDE_WIDTH = 256 + ADAPTER_SIZE * SIDE_INPUTS.length;
export const MAX_SIDE_STATES = 8;

/**
 * The output of the shop's side model for its items, computed offline from the taps of the frozen encoders and the shop's
 * log. An item's score before a shopper's next choice is its bias plus the sum over the states of (gain * state) . vector, plus what
 * its adapters add.
 */
export interface SideModel {
  /** Columns of a row, 1 to 268: an item vector, then four features for each adapter. */
  width: number;
  /** 1 to 8 of them. Their gains are 0 for the features of adapters. */
  states: readonly SideState[];
  /** Parts of the model that learn on the device by gradient steps. Absent without any. */
  adapters?: SideAdapters;
  /** [count * width] One vector per item, relative to the mean of all chosen items. A zero row is an unknown item. */
  vectors: Float32Array;
  /** [count] Score of each item without any choice, nats. */
  biases: Float32Array;
  /** SHA-256 of its file: vectors of different files are not comparable. Absent for a new model. */
  digest?: string;
}

/** The rows of a side model for some items. */
export type SideRows = Pick<SideModel, 'vectors' | 'biases'>;

/** The same model for the items in another order. @param order row of each item in `model`; -1 for an item that it lacks */
export function pickSideModel(model: SideModel, order: readonly number[]): SideModel {
  const { width } = model;
  const vectors = new Float32Array(order.length * width);
  const biases = new Float32Array(order.length);
  for (const [place, row] of order.entries()) {
    if (row < 0) continue;
    vectors.set(model.vectors.subarray(row * width, (row + 1) * width), place * width);
    biases[place] = model.biases[row];
  }
  return { ...model, vectors, biases };
}

/** Number of neighbours that a new item is placed between, and how fast their weight falls with the cosine. */
const NEIGHBORS = 10;
const SHARPNESS = 10;

/**
 * Places items that a side model does not know by their content: each gets the mean vector of the ten items nearest by
 * content, weighted by nearness, and the bias of the average item.
 * @param unknown rows to place
 */
export function placeByContent(model: SideModel, content: ContentVectors, unknown: readonly number[]): SideModel {
  if (unknown.length === 0) return model;
  const { width } = model;
  const [vectors, biases] = [model.vectors.slice(), model.biases.slice()];
  const isUnknown = new Set(unknown);
  const others = [...biases.keys()].filter((row) => !isUnknown.has(row));
  const average = others.reduce((sum, row) => sum + biases[row], 0) / Math.max(1, others.length);
  for (const row of unknown) {
    biases[row] = average;
    const vector = vectors.subarray(row * width, (row + 1) * width);
    vector.fill(0);
    const near = nearest(content, row, others);
    const total = near.reduce((sum, { share }) => sum + share, 0);
    for (const { row: other, share } of near) {
      for (let d = 0; d < width; d++) vector[d] += (share / total) * vectors[other * width + d];
    }
  }
  return { ...model, vectors, biases };
}

/** The nearest of some items by the cosine of the content; empty for an item without features. */
function nearest(
  { width, values }: ContentVectors,
  row: number,
  others: readonly number[],
): { row: number; share: number }[] {
  const own = values.subarray(row * width, (row + 1) * width);
  if (own.every((value) => value === 0)) return [];
  const cosines = others.map((other) => {
    let product = 0;
    for (let d = 0; d < width; d++) product += own[d] * values[other * width + d];
    return { row: other, product };
  });
  cosines.sort((a, b) => b.product - a.product);
  return cosines
    .slice(0, NEIGHBORS)
    .map(({ row: other, product }) => ({ row: other, share: Math.exp(SHARPNESS * product) }));
}
