import { Matrix, SVD, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { CooccurrenceCounter, type FactorBlock, scaleRow } from '../../catalog';
import { seededRandom } from '../../model';
import { type CatalogIndex, featureBlock } from '../../ranking';
import { catalog } from '../../testing/rankings';
import { makeFactors } from './make-factors';
import { predictUnknown } from './ridge-prediction';

/** Eight items; nobody chooses 3 and 7. Users stay among 0 to 3, or among 4 to 7. */
const index: CatalogIndex = catalog();
const COUNT = 8;
const choices = [
  [0, 1, 2],
  [1, 0],
  [4, 5, 6],
  [6, 5],
  [0, 2, 0],
  [4, 6],
];
const counter = new CooccurrenceCounter(COUNT);
for (const rows of choices) counter.learn(rows);
const cooccurrence = counter.table();
const { blocks } = makeFactors({ index, cooccurrence, choices, seed: 1 });

/** Dot products of all rows, which do not depend on the signs of singular vectors. */
const products = ({ values, width }: Pick<FactorBlock, 'values' | 'width'>): number[][] => {
  const rows = Matrix.from1DArray(values.length / width, width, values);
  return rows.mmul(rows.transpose()).to2DArray();
};

const unitRows = (rows: Matrix): { values: Float32Array; width: number } => {
  const values = Float32Array.from(rows.to1DArray());
  for (let at = 0; at < values.length; at += rows.columns) scaleRow(values, at, rows.columns);
  return { values, width: rows.columns };
};

const KNOWN = [0, 1, 2, 4, 5, 6];

function expectSame(found: FactorBlock, exact: { values: Float32Array; width: number }): void {
  const [own, wanted] = [products(found), products(exact)];
  for (const i of KNOWN) for (const j of KNOWN) expect(own[i][j]).toBeCloseTo(wanted[i][j], 4);
}

describe('makeFactors', () => {
  it('makes U sqrt(s) of the co-occurrence table, with unit rows', () => {
    const table = Matrix.zeros(COUNT, COUNT);
    for (let row = 0; row < COUNT; row++) {
      for (let at = cooccurrence.offsets[row]; at < cooccurrence.offsets[row + 1]; at++) {
        table.set(row, cooccurrence.rows[at], cooccurrence.lifts[at]);
      }
    }
    // Not symmetric, so that left and right vectors differ.
    const [from, to] = [cooccurrence.offsets[0], cooccurrence.offsets[1]];
    const lopsided = {
      ...cooccurrence,
      lifts: cooccurrence.lifts.map((lift, at) => (at >= from && at < to ? 3 : lift)),
    };
    for (let at = from; at < to; at++) table.set(0, cooccurrence.rows[at], 3);
    const { leftSingularVectors, diagonal } = new SVD(table);
    const exact = leftSingularVectors.mulRowVector(diagonal.map((s) => (s > 1e-9 ? Math.sqrt(s) : 0)));
    const [found] = makeFactors({ index, cooccurrence: lopsided, seed: 1 }).blocks;
    expect(found.name).toBe('cooccurrence');
    expectSame(found, unitRows(exact));
  });

  it('makes V s of the choices, each user and item counting less the more choices it has, with unit rows', () => {
    const sets = choices.map((rows) => new Set(rows));
    const chosen = Array.from({ length: COUNT }, (_, row) => sets.filter((rows) => rows.has(row)).length);
    const matrix = new Matrix(
      sets.map((rows) =>
        chosen.map((times, row) => (rows.has(row) ? 1 / Math.sqrt((rows.size + 10) * (times + 10)) : 0)),
      ),
    );
    const { leftSingularVectors, diagonal } = new SVD(matrix.transpose());
    expectSame(blocks[1], unitRows(leftSingularVectors.mulRowVector(diagonal)));
    expect(blocks[1].width).toBe(diagonal.filter((s) => s > 1e-6).length);
  });

  it('predicts items that nobody chose to be like those of their category and content, with shorter rows', () => {
    for (const block of blocks) {
      const dots = products(block);
      expect(dots[3][0]).toBeGreaterThan(dots[3][4] + 0.1);
      expect(dots[7][4]).toBeGreaterThan(dots[7][0] + 0.1);
      for (const row of [3, 7]) expect(dots[row][row]).toBeLessThan(1);
      for (const row of KNOWN) expect(dots[row][row]).toBeCloseTo(1, 5);
    }
  });

  it('predicts the popularity of items that nobody chose from what is chosen now, relative to each other', () => {
    const coldOf = (popularity: number[]) =>
      makeFactors({ index, popularity: Float32Array.from(popularity), seed: 1 }).coldPopularity!;
    // Item 3 is like the items 0 to 2, and 7 like 4 to 6.
    const cold = coldOf([9, 8, 7, 0, 1, 1, 2, 0]);
    expect(cold[3]).toBeGreaterThan(0);
    expect(cold[3] + cold[7]).toBeCloseTo(0, 5);
    for (const row of KNOWN) expect(cold[row]).toBe(0);
    const turned = coldOf([1, 1, 2, 0, 9, 8, 7, 0]);
    expect(turned[3]).toBeLessThan(0);
    expect(makeFactors({ index, choices, seed: 1 }).coldPopularity).toBeUndefined();
  });

  it('has only the blocks that there is a basis for, and the same numbers for a seed', () => {
    expect(makeFactors({ index, seed: 1 }).blocks).toEqual([]);
    expect(makeFactors({ index, choices: [], seed: 1 }).blocks).toEqual([]);
    expect(makeFactors({ index, choices, seed: 1 }).blocks.map(({ name }) => name)).toEqual(['users']);
    expect(makeFactors({ index, cooccurrence, choices, seed: 1 }).blocks).toEqual(blocks);
  });
});

describe('predictUnknown', () => {
  const random = seededRandom(4);
  const count = 40;
  const features = [5, 3].map((width, n) =>
    featureBlock(`block ${n}`, width, Float32Array.from({ length: count * width }, random), count, n + 1),
  );
  const known = Array.from({ length: count }, (_, row) => row % 4 > 0);

  it('solves the ridge regression on columns scaled together, without a penalty on the constant', () => {
    const columns = features.map(({ width, values, center, scale }) =>
      Matrix.from1DArray(count, width, values).subRowVector(center).mulRowVector(scale),
    );
    const all = Matrix.zeros(count, 8);
    all.setSubMatrix(columns[0], 0, 0).setSubMatrix(columns[1], 0, 5);
    const taught = [...known.keys()].filter((row) => known[row]);
    const entries = taught.flatMap((row) => all.getRow(row));
    const mean = entries.reduce((sum, value) => sum + value, 0) / entries.length;
    const deviation = Math.sqrt(entries.reduce((sum, value) => sum + (value - mean) ** 2, 0) / entries.length);
    const x = all.div(deviation).addColumn(new Array<number>(count).fill(1));
    const values = Float32Array.from({ length: count * 2 }, random);
    const k = new Matrix(taught.map((row) => x.getRow(row)));
    const f = new Matrix(taught.map((row) => [values[2 * row], values[2 * row + 1]]));
    const penalty = Matrix.eye(9).mul((20 * taught.length) / 100);
    penalty.set(8, 8, 0);
    const weights = solve(k.transpose().mmul(k).add(penalty), k.transpose().mmul(f));
    const predicted = x.mmul(weights);
    const before = values.slice();
    predictUnknown(features, known, values, 2);
    for (const [at, value] of values.entries()) {
      const row = Math.floor(at / 2);
      if (known[row]) expect(value).toBe(before[at]);
      else expect(value).toBeCloseTo(predicted.get(row, at % 2), 5);
    }
  });

  it('changes nothing where no item is known, or every one', () => {
    for (const all of [true, false]) {
      const values = new Float32Array(count).fill(7);
      predictUnknown(features, new Array<boolean>(count).fill(all), values, 1);
      expect(values.every((value) => value === 7)).toBe(true);
    }
  });

  it('gives the mean of the known rows where features say nothing', () => {
    const values = Float32Array.from({ length: count }, (_, row) => (known[row] ? row : 0));
    predictUnknown([featureBlock('none', 2, new Float32Array(count * 2), count, 1)], known, values, 1);
    const mean = [...values.keys()].filter((row) => known[row]).reduce((sum, row) => sum + row, 0) / 30;
    for (const row of [0, 4, 36]) expect(values[row]).toBeCloseTo(mean, 4);
  });
});
