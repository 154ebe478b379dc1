import type { SideModel } from '../../../core/catalog';
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

/**
 * Contribution of each choice of a history to the query by which items are scored: sum over the states of decay^age * gain, times
 * its vector.
 * @param rows rows of the choices, oldest first
 * @returns [width] for each
 */
function sideSteps({ width, states, vectors }: SideModel, rows: readonly number[]): Float32Array[] {
  return rows.map((row, n) => {
    const step = new Float32Array(width);
    for (const { decay, gain } of states) {
      const left = decay ** (rows.length - 1 - n);
      for (let d = 0; d < width; d++) step[d] += left * gain[d] * vectors[row * width + d];
    }
    return step;
  });
}

/**
 * Scores of all items by the side model after some choices, nats: each item's bias plus its vector times the states'
 * read-out.
 * @param rows rows of the choices, oldest first; repeats count each time
 * @returns [count]
 */
export function sideScores(model: SideModel, rows: readonly number[]): Float32Array {
  const { width, states, vectors } = model;
  const query = new Float32Array(width);
  for (const { decay, gain } of states) {
    const state = new Float64Array(width);
    for (const row of rows) {
      for (let d = 0, at = row * width; d < width; d++, at++) state[d] = decay * state[d] + vectors[at];
    }
    for (let d = 0; d < width; d++) query[d] += gain[d] * state[d];
  }
  const [scores] = matrixOf(model).products([query]);
  for (let row = 0; row < scores.length; row++) scores[row] += model.biases[row];
  return scores;
}

/**
 * Contribution of each choice to the score of an item; with the item's bias, they add up to the score.
 * @param rows rows of the choices, oldest first
 * @returns for an item, the contributions by row of the choice; a repeated choice counts with all its steps
 */
export function sideContributions(model: SideModel, rows: readonly number[]): (item: number) => Map<number, number> {
  const { width, vectors } = model;
  const steps = new Map<number, Float64Array>();
  for (const [n, step] of sideSteps(model, rows).entries()) {
    const sum = steps.get(rows[n]) ?? new Float64Array(width);
    for (let d = 0; d < width; d++) sum[d] += step[d];
    steps.set(rows[n], sum);
  }
  return (item) => {
    const contributions = new Map<number, number>();
    for (const [row, step] of steps) {
      let product = 0;
      for (let d = 0; d < width; d++) product += step[d] * vectors[item * width + d];
      contributions.set(row, product);
    }
    return contributions;
  };
}
