import { adapterContext, readAdapters, type SideModel } from '../../../core/catalog';
import { type ChoiceHistory, isSameOrder } from '../../../core/events';
import { createMatrix, type Matrix } from '../../../core/kernel';

/** A model's vectors in the memory of the kernel. */
const matrices = new WeakMap<SideModel, Matrix>();

function matrixOf(model: SideModel): Matrix {
  const known = matrices.get(model);
  if (known) return known;
  const { width, vectors, biases } = model;
  const matrix = createMatrix(biases.length, width);
  for (let row = 0; row < biases.length; row++) {
    matrix.row(row).set(vectors.subarray(row * width, (row + 1) * width));
  }
  matrices.set(model, matrix);
  return matrix;
}

/** Choices, as rows of the products that the shop's models know. */
export type ProductChoices = Pick<ChoiceHistory, 'orders'> & { rows: readonly number[] };

/**
 * The read-out of the states, and of the adapters' start, after some choices, see `sideScores`: s <- decay s + sum over the lines of an order of k / sqrt(lines),
 * so that a large order does not outweigh all earlier ones.
 * @returns [width]
 */
export function sideQuery(
  { width, states, vectors, adapters }: SideModel,
  { rows, orders }: ProductChoices,
): Float32Array {
  const orderOf = (n: number): number => orders?.[n] ?? n;
  const lines = new Map<number, number>();
  for (const n of rows.keys()) lines.set(orderOf(n), (lines.get(orderOf(n)) ?? 0) + 1);
  const query = new Float32Array(width);
  for (const { decay, gain } of states) {
    const state = new Float64Array(width);
    for (const [n, row] of rows.entries()) {
      const keep = isSameOrder(orders, n) ? 1 : decay;
      const share = 1 / Math.sqrt(lines.get(orderOf(n)) ?? 1);
      for (let d = 0, at = row * width; d < width; d++, at++) state[d] = keep * state[d] + share * vectors[at];
    }
    for (let d = 0; d < width; d++) query[d] += gain[d] * state[d];
  }
  if (adapters) readAdapters(adapters, adapters.start, query);
  return query;
}

/** What some choices say to a side model: to the states, and to the adapters. */
export interface SideState {
  /** See `sideQuery`, [width]. */
  query: Float32Array;
  /** See `adapterContext`; null for a model without adapters. */
  context: Float32Array | null;
}

export function sideState(model: SideModel, choices: ProductChoices): SideState {
  const query = sideQuery(model, choices);
  return { query, context: model.adapters ? adapterContext(model.adapters, query) : null };
}

/**
 * Scores of all items by the side model after some choices, nats: each item's bias plus its vector times the states'
 * read-out.
 * @param choices oldest first; repeats count each time
 * @returns [count]
 */
export function sideScores(model: SideModel, choices: ProductChoices): Float32Array {
  const [scores] = matrixOf(model).products([sideQuery(model, choices)]);
  for (let row = 0; row < scores.length; row++) scores[row] += model.biases[row];
  return scores;
}
