/** A fading sum over the vectors of a shopper's choices: s <- decay * s + k(choice). */
interface SideState {
  /** What is left of the state after one more choice, 0 to 1 (both excluded). */
  decay: number;
  /** Factor of each dimension when the state is read out, [width]. */
  gain: Float32Array;
}

/** Most dimensions of an item vector. */
export const MAX_SIDE_WIDTH = 256;
/** Most states. */
export const MAX_SIDE_STATES = 8;

/**
 * The output of the shop's side model for its items, computed offline from the taps of the frozen encoders and the shop's
 * log. An item's score before a shopper's next choice is its bias plus the sum over the states of (gain * state) . vector.
 */
export interface SideModel {
  /** Dimensions of an item vector, 1 to 256. */
  width: number;
  /** 1 to 8 of them. */
  states: readonly SideState[];
  /** [count * width] One vector per item, relative to the mean of all chosen items. A zero row is an unknown item. */
  vectors: Float32Array;
  /** [count] What an item's score is without any choice, nats. */
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
