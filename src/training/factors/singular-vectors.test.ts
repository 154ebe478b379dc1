import * as fc from 'fast-check';
import { Matrix, SVD } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model';
import { gramProduct, type SparseMatrix, transposed } from '../sparse-matrix';
import { rightSingularVectors } from './singular-vectors';

/** A random matrix of which a share of the entries is not 0, and the same one with all its entries. */
function randomMatrix(rows: number, columns: number, share: number, seed: number) {
  const random = seededRandom(seed);
  const dense = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => (random() < share ? Math.fround(random() * 2 - 0.5) : 0)),
  );
  return { dense: new Matrix(dense), sparse: sparseOf(dense) };
}

function sparseOf(dense: number[][]): SparseMatrix {
  const offsets = Uint32Array.from({ length: dense.length + 1 }, () => 0);
  const [indices, values]: [number[], number[]] = [[], []];
  for (const [row, entries] of dense.entries()) {
    for (const [column, value] of entries.entries()) {
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    offsets[row + 1] = indices.length;
  }
  const columns = dense[0].length;
  return {
    rows: dense.length,
    columns,
    offsets,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  };
}

describe('rightSingularVectors', () => {
  it('gives the singular values and the space of an exact decomposition', () => {
    const size = fc.integer({ min: 1, max: 90 });
    void fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 12 }), fc.nat(1e6), (rows, columns, most, seed) => {
        const { dense, sparse } = randomMatrix(rows, columns, 0.3, seed);
        const exact = new SVD(rows < columns ? dense.transpose() : dense);
        const right = rows < columns ? exact.leftSingularVectors : exact.rightSingularVectors;
        const [largest] = exact.diagonal;
        const rank = (share: number) => exact.diagonal.filter((value) => value > share * largest).length;
        const { width, values, vectors } = rightSingularVectors(sparse, most, seed);
        expect(width).toBeGreaterThanOrEqual(Math.min(most, rank(2e-3)));
        expect(width).toBeLessThanOrEqual(Math.min(most, rank(5e-4)));
        for (const [k, value] of values.entries())
          expect(Math.abs(value - exact.diagonal[k])).toBeLessThan(2e-3 * largest);
        const found = Matrix.from1DArray(columns, width, vectors);
        const unit = found.transpose().mmul(found).sub(Matrix.eye(width)).abs().max();
        if (width > 0) expect(unit).toBeLessThan(1e-9);
        // What the space of the first vectors leaves of each exact one, where a gap sets it apart from the next.
        for (let k = 0; k < width; k++) {
          const next = exact.diagonal[width] ?? 0;
          if (exact.diagonal[k] < 1.2 * next) continue;
          const vector = Matrix.columnVector(right.getColumn(k));
          const left = Matrix.sub(vector, found.mmul(found.transpose().mmul(vector)));
          expect(left.norm()).toBeLessThan(0.02);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('finds vectors of an ill-conditioned matrix, and none of rounding errors', () => {
    const diagonal = [1e4, 1e3, 100, 20, 1e-3].map((value, n) =>
      Array.from({ length: 9 }, (_, k) => (k === n ? value : 0)),
    );
    const { values, vectors } = rightSingularVectors(sparseOf(diagonal), 6, 3);
    expect([...values.slice(0, 4)].map((value) => Number(value.toPrecision(6)))).toEqual([1e4, 1e3, 100, 20]);
    expect(values.length).toBe(4);
    for (let row = 5; row < 9; row++) for (let k = 0; k < 4; k++) expect(Math.abs(vectors[row * 4 + k])).toBe(0);
  });

  it('gives the same numbers for a seed, and nearly the same for another', () => {
    const { sparse } = randomMatrix(80, 60, 0.2, 5);
    const [first, again, other] = [1, 1, 2].map((seed) => rightSingularVectors(sparse, 4, seed));
    expect(again).toEqual(first);
    expect(other.vectors).not.toEqual(first.vectors);
    for (const [at, value] of other.vectors.entries()) expect(Math.abs(value - first.vectors[at])).toBeLessThan(0.02);
  });

  it('has no vector of a matrix without entries', () => {
    expect(rightSingularVectors(sparseOf([[0, 0, 0]]), 4, 1)).toMatchObject({ width: 0 });
  });
});

it('transposes a sparse matrix, and multiplies by it and its transpose, with rows of any length', () => {
  const { dense, sparse } = randomMatrix(23, 17, 0.4, 9);
  const turned = transposed(sparse);
  expect(transposed(turned)).toEqual(sparse);
  const x = Float64Array.from({ length: 17 * 3 }, (_, at) => Math.cos(at));
  const expected = dense
    .transpose()
    .mmul(dense)
    .mmul(Matrix.from1DArray(17, 3, x))
    .to1DArray();
  for (const [at, value] of gramProduct(sparse, x, 3).entries()) expect(value).toBeCloseTo(expected[at], 9);
  expect(turned.rows).toBe(17);
});
