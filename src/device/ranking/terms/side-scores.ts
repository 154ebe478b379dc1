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
 * The read-out of the states after some choices, see `sideScores`, and without the choices of one item.
 * @param rows rows of the choices, oldest first
 * @returns the read-out [width] without the choices of a row; all choices count without one
 */
export function sideQueries({ width, states, vectors }: SideModel, rows: readonly number[]) {
  /** Each state after none of the choices, after the first, and so on. */
  const sums = states.map(({ decay }) => {
    const all = new Float64Array((rows.length + 1) * width);
    for (const [n, row] of rows.entries()) {
      const [from, at] = [n * width, row * width];
      for (let d = 0; d < width; d++) all[from + width + d] = decay * all[from + d] + vectors[at + d];
    }
    return all;
  });
  return (left?: number): Float32Array => {
    const query = new Float32Array(width);
    for (const [state, { decay, gain }] of states.entries()) {
      const all = sums[state];
      let [end, factor] = [rows.length, 1];
      for (let n = end - 1; n >= -1; n--) {
        if (n >= 0 && rows[n] !== left) continue;
        const older = decay ** (end - n - 1);
        const [to, from] = [end * width, (n + 1) * width];
        for (let d = 0; d < width; d++) query[d] += factor * gain[d] * (all[to + d] - older * all[from + d]);
        factor *= older;
        end = n;
      }
    }
    return query;
  };
}

/**
 * Scores of all items by the side model after some choices, nats: each item's bias plus its vector times the states'
 * read-out.
 * @param rows rows of the choices, oldest first; repeats count each time
 * @returns [count]
 */
export function sideScores(model: SideModel, rows: readonly number[]): Float32Array {
  const [scores] = matrixOf(model).products([sideQueries(model, rows)()]);
  for (let row = 0; row < scores.length; row++) scores[row] += model.biases[row];
  return scores;
}
