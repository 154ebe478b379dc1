import { EVD, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { leadingEigenpairs, matrixOperator } from './eigen';

/** A covariance with a spectrum that falls as 1 / rank, in a basis mixed by plane rotations. */
function covariance(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1 / (i + 1);
  for (let p = 0; p < 3 * size; p++) {
    const [a, b] = [(p * 7) % size, (p * 11 + 3) % size];
    if (a === b) continue;
    const [c, s] = [Math.cos(p), Math.sin(p)];
    for (let k = 0; k < size; k++) {
      const [x, y] = [matrix[a * size + k], matrix[b * size + k]];
      [matrix[a * size + k], matrix[b * size + k]] = [c * x - s * y, s * x + c * y];
    }
    for (let k = 0; k < size; k++) {
      const [x, y] = [matrix[k * size + a], matrix[k * size + b]];
      [matrix[k * size + a], matrix[k * size + b]] = [c * x - s * y, s * x + c * y];
    }
  }
  return matrix;
}

describe('leading eigenpairs', () => {
  it('are exact when all are wanted', () => {
    const { values, vectors } = leadingEigenpairs(matrixOperator(Float64Array.from([2, 1, 1, 2]), 2), 2, 1);
    expect([...values]).toEqual([expect.closeTo(3, 10), expect.closeTo(1, 10)]);
    for (const [i, x] of [Math.SQRT1_2, Math.SQRT1_2].entries()) expect(vectors[i]).toBeCloseTo(x, 10);
    expect(vectors[2]).toBeCloseTo(-vectors[3], 10);
  });

  it('keep nearly all the variance that exact ones keep, and are orthonormal', () => {
    const [size, count] = [120, 24];
    const matrix = covariance(size);
    const { values, vectors } = leadingEigenpairs(matrixOperator(matrix, size), count, 1);
    const full = new EVD(new Matrix(Array.from({ length: size }, (_, i) => matrix.slice(i * size, (i + 1) * size))));
    const exact = full.realEigenvalues.sort((a, b) => b - a).slice(0, count);
    const sum = (list: Iterable<number>) => [...list].reduce((a, b) => a + b, 0);
    expect(sum(values) / sum(exact)).toBeGreaterThan(0.998);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let dot = 0;
        for (let d = 0; d < size; d++) dot += vectors[i * size + d] * vectors[j * size + d];
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    }
  });

  it('are the same for the same seed and do not hang on a zero matrix', () => {
    const matrix = covariance(60);
    expect(leadingEigenpairs(matrixOperator(matrix, 60), 8, 3)).toEqual(
      leadingEigenpairs(matrixOperator(matrix, 60), 8, 3),
    );
    expect([...leadingEigenpairs(matrixOperator(new Float64Array(3600), 60), 8, 3).values]).toEqual(
      new Array(8).fill(0),
    );
  });
});
