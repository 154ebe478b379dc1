import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model';
import { GradientMoments } from './gradient-moments';
import { leadingEigenvectors, solveMap, stepOf, transferred } from './solve-map';

const random = seededRandom(7);
const noise = (): number => 2 * random() - 1;
const matrixOf = (rows: number, columns: number): Matrix =>
  Matrix.from1DArray(rows, columns, Array.from({ length: rows * columns }, noise));
const symmetricOf = (size: number): Matrix => {
  const matrix = matrixOf(size, size);
  return Matrix.add(matrix, matrix.transpose());
};
/** Features whose rows are those of a matrix. */
const rowsOf = (matrix: Matrix) => ({
  width: matrix.columns,
  row: (row: number) => Float32Array.from(matrix.getRow(row)),
});
const close = (found: Matrix, wanted: Matrix, digits = 6): void => {
  for (let i = 0; i < wanted.rows; i++) {
    for (let j = 0; j < wanted.columns; j++)
      expect(found.get(i, j), `${i}, ${j}`).toBeCloseTo(wanted.get(i, j), digits);
  }
};

/**
 * Shoppers of whom what is surprising along direction 0 today returns along direction 1 tomorrow. Direction 2 is noise of the
 * same size, and so is all else.
 */
function world(shoppers: number): GradientMoments {
  const moments = new GradientMoments(4);
  for (let n = 0; n < shoppers; n++) {
    const add = moments.stream();
    let before = 0;
    for (let choice = 0; choice < 20; choice++) {
      const surprise = noise();
      add(Float32Array.of(surprise, before, noise(), noise()));
      before = surprise;
    }
  }
  // The features are expected to be even and independent.
  const even = { candidates: [...Array(8).keys()], shares: new Float64Array(8).fill(1 / 8) };
  const corner = (row: number) => Float32Array.of(...[0, 1, 2].map((d) => ((row >> d) % 2 ? 1 : -1)), 0);
  moments.sample({ width: 4, row: corner }, even);
  return moments;
}

describe('moments of gradients', () => {
  it('pair each gradient with the fading sum of those before it, shopper by shopper', () => {
    const moments = new GradientMoments(2);
    const streams = [
      [Float32Array.of(1, 2), Float32Array.of(3, 5), Float32Array.of(7, 11)],
      [Float32Array.of(13, 17)],
      [Float32Array.of(19, 23), Float32Array.of(29, 31)],
    ];
    for (const stream of streams) {
      const add = moments.stream();
      for (const gradient of stream) add(gradient);
    }
    const pairs = [
      [
        [3, 5],
        [1, 2],
      ],
      [
        [7, 11],
        [0.96 + 3, 0.96 * 2 + 5],
      ],
      [
        [29, 31],
        [19, 23],
      ],
    ];
    const mean = (left: number, right: number) =>
      [0, 1].flatMap((i) =>
        [0, 1].map((j) => pairs.reduce((sum, pair) => sum + pair[left][i] * pair[right][j], 0) / 3),
      );
    const { cross, before } = moments.means;
    expect(moments.choices).toBe(3);
    for (const [at, value] of mean(0, 1).entries()) expect(cross[at]).toBeCloseTo(value, 4);
    for (const [at, value] of mean(1, 1).entries()) expect(before[at]).toBeCloseTo(value, 4);
  });

  it('have the covariance of the features by the shares, without what hardly anybody would choose', () => {
    const features = matrixOf(1600, 3);
    const shares = Float64Array.from({ length: 1600 }, (_, n) => 1 / (1 + n));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const moments = new GradientMoments(3);
    const candidates = [...Array(1600).keys()].reverse();
    moments.sample(rowsOf(features), { candidates, shares: shares.map((_, n) => shares[1599 - n] / total) });
    const kept = [...Array(1500).keys()];
    const all = kept.reduce((sum, n) => sum + shares[n], 0);
    const mean = (of: (n: number) => number): number => kept.reduce((sum, n) => sum + (shares[n] / all) * of(n), 0);
    const { expected } = moments.means;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const [a, b] = [i, j].map((d) => mean((n) => features.get(n, d)));
        const covariance = mean((n) => (features.get(n, i) - a) * (features.get(n, j) - b));
        expect(expected[3 * i + j]).toBeCloseTo(covariance, 6);
      }
    }
  });

  it('add up, however the shoppers are divided', () => {
    const [one, other] = [world(3), world(4)];
    const { cross, expected } = one.means;
    const second = other.means;
    one.add(other.sums);
    expect([one.choices, one.samples]).toEqual([7 * 19, 2]);
    const { means } = one;
    for (const [at, value] of means.cross.entries()) {
      expect(value).toBeCloseTo((3 * cross[at] + 4 * second.cross[at]) / 7, 9);
      expect(means.expected[at]).toBeCloseTo((expected[at] + second.expected[at]) / 2, 9);
    }
  });
});

describe('the map', () => {
  it('finds that one direction predicts another, and nothing else', () => {
    const map = solveMap(world(2000), 0.75);
    const found = map.get(0, 1);
    expect(found).toBe(map.get(1, 0));
    expect(found).toBeGreaterThan(0);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        // Direction 1 repeats direction 0 of the choice before, so that 0 and 1 share a past; the others do not.
        if (i > 1 || j > 1) expect(Math.abs(map.get(i, j))).toBeLessThan(0.1 * found);
      }
    }
  });

  it('is 2 sym(F_r^-1 C H_r^-1) / w with a ridge of five mean diagonals', () => {
    const moments = world(5);
    const { cross, before, expected } = moments.means;
    const [c, h, f] = [cross, before, expected].map((values) => Matrix.from1DArray(4, 4, values));
    for (const matrix of [h, f]) matrix.add(Matrix.eye(4).mul((5 * matrix.trace()) / 4));
    const both = solve(h, solve(f, c).transpose()).transpose();
    close(solveMap(moments, 0.5), Matrix.add(both, both.transpose()).mul(2), 9);
  });

  it('is zero where nothing was learned', () => {
    expect(solveMap(new GradientMoments(3), 0.75).norm()).toBe(0);
    expect(leadingEigenvectors(Matrix.zeros(3, 3), 64)).toEqual({
      eigenvalues: new Float32Array(),
      eigenvectors: new Float32Array(),
    });
  });

  it('acts on a step by the rates of its columns', () => {
    const step = stepOf(
      new Matrix([
        [1, 4],
        [4, 3],
      ]),
      [0.5, 1],
    );
    expect(step.to2DArray()).toEqual([
      [0.5, 3],
      [3, 3],
    ]);
  });

  it('is carried over to other features of the same items', () => {
    // The old features are a linear map of the new ones, of which there are more.
    const [items, weights, step] = [matrixOf(3000, 6), matrixOf(6, 4), symmetricOf(4)];
    const old = items.mmul(weights);
    const rows = [...Array(3000).keys()].filter((row) => row % 3);
    const found = transferred(step, rowsOf(old), rowsOf(items), rows);
    const wanted = weights.mmul(step).mmul(weights.transpose());
    expect(Matrix.sub(found, wanted).norm() / wanted.norm()).toBeLessThan(0.03);
    expect(found.isSymmetric()).toBe(true);
  });

  it('is kept as the eigenvectors of the largest eigenvalues, of either sign', () => {
    const basis = matrixOf(5, 2);
    const low = basis.mmul(Matrix.diag([3, -5])).mmul(basis.transpose());
    const { eigenvalues, eigenvectors } = leadingEigenvectors(low, 4);
    expect(eigenvalues).toHaveLength(2);
    expect(Math.abs(eigenvalues[0])).toBeGreaterThanOrEqual(Math.abs(eigenvalues[1]));
    expect(eigenvalues[0] * eigenvalues[1]).toBeLessThan(0);
    const rows = Matrix.from1DArray(2, 5, eigenvectors);
    close(
      rows
        .transpose()
        .mmul(Matrix.diag([...eigenvalues]))
        .mmul(rows),
      low,
      4,
    );
    expect(leadingEigenvectors(low, 1).eigenvalues).toEqual(eigenvalues.slice(0, 1));
  });
});
