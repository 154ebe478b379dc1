import * as fc from 'fast-check';
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { expect, it } from 'vitest';
import { decodeCooccurrence, encodeCooccurrence } from '../../../core/catalog/cooccurrence/cooccurrence-table';
import { seededRandom } from '../../../core/model';
import { cholesky, solveLower } from './cholesky';
import { easeTable } from './ease';

/** Random choices, repeats among them; some users have none. */
function randomChoices(users: number, items: number, seed: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: users }, () =>
    Array.from({ length: Math.floor(random() * 7) }, () => Math.floor(random() ** 2 * items)),
  );
}

/** Weights by the closed form, with a dense inverse over the items. */
function dense(choices: number[][], items: number, lambda: number): number[][] {
  const x = Matrix.zeros(choices.length, items);
  for (const [user, rows] of choices.entries()) for (const row of rows) x.set(user, row, 1);
  const p = inverse(x.transpose().mmul(x).add(Matrix.eye(items).mul(lambda)));
  return p.to2DArray().map((row, i) => row.map((value, j) => (i === j ? 0 : -value / p.get(j, j))));
}

it('is the closed form, with fewer users than items and with more', () => {
  const size = fc.integer({ min: 1, max: 30 });
  void fc.assert(
    fc.property(size, size, fc.constantFrom(1, 20, 500), fc.nat(1e6), (users, items, lambda, seed) => {
      const choices = randomChoices(users, items, seed);
      const table = easeTable(choices, items, { lambda });
      const chosen = new Set(choices.flat());
      for (const [i, row] of dense(choices, items, lambda).entries()) {
        const found = new Float64Array(items);
        for (let at = table.offsets[i]; at < table.offsets[i + 1]; at++) {
          found[table.rows[at]] = table.lifts[at];
          expect(table.lifts[at]).toBeGreaterThan(0);
          expect(table.rows[at]).not.toBe(i);
        }
        for (const [j, weight] of row.entries()) {
          const expected = chosen.has(i) ? Math.max(0, weight) : 0;
          expect(Math.abs(found[j] - expected)).toBeLessThan(1e-6);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('keeps the largest weights of an item, largest first, in the form that a bundle stores', () => {
  const choices = randomChoices(60, 20, 3);
  const [whole, cut] = [easeTable(choices, 20), easeTable(choices, 20, { most: 3 })];
  for (let item = 0; item < 20; item++) {
    const all = [...whole.lifts.subarray(whole.offsets[item], whole.offsets[item + 1])];
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect([...cut.lifts.subarray(cut.offsets[item], cut.offsets[item + 1])]).toEqual(all.slice(0, 3));
  }
  const stored = decodeCooccurrence(encodeCooccurrence(cut).buffer, 20);
  expect([stored.offsets, stored.rows]).toEqual([cut.offsets, cut.rows]);
});

it('has no weights without choices', () => {
  expect(easeTable([], 3)).toMatchObject({ count: 3, offsets: new Uint32Array(4), rows: new Uint32Array(0) });
  expect(easeTable([[], []], 2).rows).toHaveLength(0);
});

it('factorises a positive definite matrix and solves by its factor, whatever the number of rows', () => {
  void fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 9 }), fc.nat(1e6), (size, count, seed) => {
      const random = seededRandom(seed);
      const root = new Matrix(Array.from({ length: size }, () => Array.from({ length: size }, () => random() - 0.5)));
      const matrix = root.mmul(root.transpose()).add(Matrix.eye(size));
      const factor = Float64Array.from(matrix.to1DArray());
      cholesky(factor, size);
      const lower = new CholeskyDecomposition(matrix).lowerTriangularMatrix;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) expect(factor[i * size + j]).toBeCloseTo(lower.get(i, j), 10);
      }
      // Each row begins with as many zeros as its number says.
      const given = Float64Array.from({ length: count * size }, (_, at) =>
        at % size < Math.min(size - 1, Math.floor(at / size)) ? 0 : random(),
      );
      const solved = given.slice();
      solveLower(factor, size, solved, (row) => Math.min(size - 1, row));
      const back = lower
        .mmul(Matrix.from1DArray(count, size, solved).transpose())
        .transpose()
        .to1DArray();
      for (const [at, value] of back.entries()) expect(value).toBeCloseTo(given[at], 9);
    }),
    { numRuns: 60 },
  );
});
