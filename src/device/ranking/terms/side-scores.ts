import { readAdapters, type SideModel } from '../../../core/catalog';
import { addToGroup, kept } from '../../../core/common/grouped';
import { type ChoiceHistory, isSameOrder } from '../../../core/events';
import { createMatrix, type Matrix } from '../../../core/kernel';

/** A model's vectors in the memory of the kernel. */
const matrices = new WeakMap<SideModel, Matrix>();

const matrixOf = (model: SideModel): Matrix =>
  kept(matrices, model, () => {
    const { width, vectors, biases } = model;
    const matrix = createMatrix(biases.length, width);
    for (let row = 0; row < biases.length; row++) matrix.row(row).set(vectors.subarray(row * width, (row + 1) * width));
    return matrix;
  });

/** Choices, as rows of the products that the shop's models know. */
export type ProductChoices = Pick<ChoiceHistory, 'orders'> & { rows: readonly number[] };

/**
 * Sums of vectors that fade by each of some factors: s <- decay s + sum over the lines of an order of k / sqrt(lines), so that a large order
 * does not outweigh all earlier ones. The sums after each order are added up once, because reasons ask for every product of a history.
 * @param choices `products` are their rows by default, and `strengths` 1
 * @returns for each factor, the sums [width] as if a product had never been chosen, until the next call; all choices count without one
 */
export function fadedSums(
  { width, values }: { width: number; values: Float32Array },
  choices: ProductChoices & { products?: readonly number[]; strengths?: readonly number[] },
  decays: readonly number[],
): (left?: number) => Float64Array[] {
  const { rows, products = rows, strengths, orders } = choices;
  const lines: number[][] = [];
  const ordersOf = new Map<number, number[]>();
  for (const [n, product] of products.entries()) {
    if (!isSameOrder(orders, n)) lines.push([]);
    lines[lines.length - 1].push(n);
    addToGroup(ordersOf, product, lines.length - 1);
  }
  const add = (sums: Float64Array, order: readonly number[], decay: number): void => {
    for (let d = 0; d < width; d++) sums[d] *= decay;
    for (const n of order) {
      const share = (strengths?.[n] ?? 1) / Math.sqrt(order.length);
      for (let d = 0, at = rows[n] * width; d < width; d++, at++) sums[d] += share * values[at];
    }
  };
  /** @param after gets the sums after each order; before the first they are 0 */
  const addAll = (decay: number, after?: Float64Array): Float64Array => {
    const sums = new Float64Array(width);
    for (const [n, order] of lines.entries()) {
      add(sums, order, decay);
      after?.set(sums, (n + 1) * width);
    }
    return sums;
  };
  let all: { decay: number; after: Float64Array; sums: Float64Array }[] | undefined;
  return (left) => {
    if (left === undefined) return decays.map((decay) => addAll(decay));
    all ??= decays.map((decay) => {
      const after = new Float64Array((lines.length + 1) * width);
      return { decay, after, sums: addAll(decay, after) };
    });
    for (const { decay, sums, after } of all) {
      let known = 0;
      for (const order of [...new Set(ordersOf.get(left)), lines.length]) {
        // Changes by earlier orders of the product only fade until this order.
        const [at, before, fade] = [order * width, known * width, known && decay ** (order - known)];
        for (let d = 0; d < width; d++) sums[d] = after[at + d] - fade * (after[before + d] - sums[d]);
        const rest = lines[order]?.filter((n) => products[n] !== left) ?? [];
        if (rest.length > 0) add(sums, rest, decay);
        known = order + 1;
      }
    }
    return all.map(({ sums }) => sums);
  };
}

/** The read-outs of the states, and of the adapters' start, after some choices, see `sideScores`. @returns as `fadedSums`, [width] */
export function sideQueries(model: SideModel, choices: ProductChoices): (left?: number) => Float32Array {
  const { width, states, vectors: values, adapters } = model;
  const decays = states.map(({ decay }) => decay);
  const sums = fadedSums({ width, values }, choices, decays);
  return (left) => {
    const query = new Float32Array(width);
    for (const [n, state] of sums(left).entries())
      for (let d = 0; d < width; d++) query[d] += states[n].gain[d] * state[d];
    if (adapters) readAdapters(adapters, adapters.start, query);
    return query;
  };
}

/**
 * Scores of all items by the side model after some choices, nats: each item's bias plus its vector times the states'
 * read-out.
 * @param choices oldest first; repeats count each time
 * @returns [count]
 */
export function sideScores(model: SideModel, choices: ProductChoices): Float32Array {
  const [scores] = matrixOf(model).products([sideQueries(model, choices)()]);
  for (let row = 0; row < scores.length; row++) scores[row] += model.biases[row];
  return scores;
}
