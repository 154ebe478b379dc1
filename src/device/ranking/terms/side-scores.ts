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

/** Read-outs of a model for choices of each age, the newest first. */
const readOuts = new WeakMap<SideModel, Float64Array>();

/**
 * By how much a choice of each age counts, for each column: sum over the states of decay^age * gain.
 * @param ages number of ages
 * @returns [ages, width] or more; shared, not to be changed
 */
function readOutByAge(model: SideModel, ages: number): Float64Array {
  const { width, states } = model;
  const known = readOuts.get(model);
  if (known && known.length >= ages * width) return known;
  const factors = new Float64Array(ages * width);
  for (const { decay, gain } of states) {
    let left = 1;
    for (let age = 0; age < ages; age++) {
      for (let d = 0; d < width; d++) factors[age * width + d] += left * gain[d];
      left *= decay;
    }
  }
  readOuts.set(model, factors);
  return factors;
}

/** The read-out of the states after some choices [width], see `sideScores`. */
export function sideQuery(model: SideModel, rows: readonly number[]): Float32Array {
  const query = new Float32Array(model.width);
  const factors = readOutByAge(model, rows.length);
  for (const [n, row] of rows.entries()) addStep(query, model, row, factors, rows.length - 1 - n);
  return query;
}

/**
 * Scores of all items by the side model after some choices, nats: each item's bias plus its vector times the states'
 * read-out.
 * @param rows rows of the choices, oldest first; repeats count each time
 * @returns [count]
 */
export function sideScores(model: SideModel, rows: readonly number[]): Float32Array {
  const [scores] = matrixOf(model).products([sideQuery(model, rows)]);
  for (let row = 0; row < scores.length; row++) scores[row] += model.biases[row];
  return scores;
}

function addStep(
  query: Float32Array,
  { width, vectors }: SideModel,
  row: number,
  factors: Float64Array,
  age: number,
): void {
  const [from, factor] = [row * width, age * width];
  for (let d = 0; d < width; d++) query[d] += factors[factor + d] * vectors[from + d];
}
