import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, chose, state, type WEIGHTS } from '../../../../testing/rankings';
import { sideModel } from '../../../../testing/side-models';
import { explain } from '../explanation/explain';
import type { RankRequest } from '../rank';
import { scores } from '../score';
import { sideQueries, sideScores } from './side-scores';
import { isWithoutBasis, TERMS, termValues } from './terms';

const FOR_YOU: RankRequest = { placement: 'for-you', row: null, limit: 8, exclude: new Set() };
const COUNT = 8;
const model = sideModel(COUNT, 5, [0.2, 0.7, 0.97]);
const { width, states, vectors, biases } = model;
const vector = (row: number): number[] => [...vectors.subarray(row * width, (row + 1) * width)];

/** Scores by the recurrence. */
function plainScores(rows: readonly number[]): number[] {
  const sums = states.map(() => new Array<number>(width).fill(0));
  for (const row of rows) {
    for (const [h, { decay }] of states.entries()) {
      for (const [d, value] of vector(row).entries()) sums[h][d] = decay * sums[h][d] + value;
    }
  }
  return Array.from(biases, (bias, item) =>
    states.reduce(
      (total, { gain }, h) => total + vector(item).reduce((sum, value, d) => sum + gain[d] * sums[h][d] * value, 0),
      bias,
    ),
  );
}

const onlySide = Object.fromEntries(TERMS.map((name) => [name, name === 'sideModel' ? 1.5 : 0])) as typeof WEIGHTS;

describe('the scores of a side model', () => {
  it.each([[[]], [[3]], [[3, 1, 6]], [[3, 1, 3, 6, 6]]])('follow the states after the choices %j', (rows: number[]) => {
    const expected = plainScores(rows);
    for (const [row, score] of sideScores(model, { rows }).entries()) expect(score).toBeCloseTo(expected[row], 5);
  });

  it('fade once for all lines of an order, in whatever order they come, and divide its sum by the root of the lines', () => {
    const orders = [4, 7, 7, 7, 7, 9];
    const scored = sideScores(model, { rows: [3, 1, 6, 0, 2, 5], orders });
    expect(scored).not.toEqual(sideScores(model, { rows: [3, 1, 6, 0, 2, 5] }));
    const other = sideScores(model, { rows: [3, 2, 0, 6, 1, 5], orders });
    const [{ decay, gain }] = states;
    const only = { ...model, states: [states[0]] };
    const state = vector(3).map((value, d) => {
      const order = [1, 6, 0, 2].reduce((sum, row) => sum + vector(row)[d], 0) / 2;
      return decay * (decay * value + order) + vector(5)[d];
    });
    for (const [row, score] of sideScores(only, { rows: [3, 1, 6, 0, 2, 5], orders }).entries()) {
      const expected = vector(row).reduce((sum, value, d) => sum + gain[d] * state[d] * value, biases[row]);
      expect(score).toBeCloseTo(expected, 5);
      expect(other[row]).toBeCloseTo(scored[row], 5);
    }
  });
});

describe('the read-outs without each product', () => {
  it('equal the scores of a history without the left-out choices', () => {
    const line = fc.record({ row: fc.nat(COUNT - 1), opens: fc.boolean() });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
        const orders: number[] = [];
        for (const { opens } of lines) orders.push((orders.at(-1) ?? 0) + (opens ? 1 : 0));
        const choices = { rows: lines.map(({ row }) => row), orders };
        const queries = sideQueries(model, choices);
        expect(queries()).toEqual(sideQueries(model, choices)());
        for (const left of [...choices.rows, COUNT]) {
          const kept = [...lines.keys()].filter((n) => choices.rows[n] !== left);
          const rest = { rows: kept.map((n) => choices.rows[n]), orders: kept.map((n) => orders[n]) };
          const expected = sideQueries(model, rest)();
          for (const [d, value] of queries(left).entries()) expect(value).toBeCloseTo(expected[d], 4);
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('read the vector of each choice once per state, however many products are left out', () => {
    let reads = 0;
    const many = sideModel(200, width, [0.2, 0.7, 0.97]);
    const vectors = new Proxy(many.vectors, {
      get(target, key) {
        if (/^\d/.test(String(key))) reads++;
        return Reflect.get(target, key);
      },
    });
    const rows = [...new Array(200).keys()];
    const once = rows.length * width * states.length;
    const queries = sideQueries({ ...many, vectors }, { rows });
    queries(rows[0]);
    expect(reads).toBe(once);
    for (const left of rows) queries(left);
    expect(reads).toBe(once);
  });
});

describe('the term of the side model', () => {
  const index = catalog([], null, model);

  it('is zero without a history or without a model', () => {
    const { sideModel: values } = termValues(index, state());
    expect(values.every((value) => value === 0)).toBe(true);
    expect(isWithoutBasis(values)).toBe(true);
    expect(scores(termValues(index, state()), onlySide).every((score) => score === 0)).toBe(true);
    expect(isWithoutBasis(termValues(catalog(), chose(0)).sideModel)).toBe(true);
  });

  it('is the score after the history, the same for all variants of a product', () => {
    const { sideModel: values } = termValues(index, chose(3, 1));
    expect(values).toEqual(sideScores(model, { rows: [3, 1] }));
    const grouped = catalog([{}, {}, { group: 'x' }, {}, {}, { group: 'x' }], null, model);
    const shared = termValues(grouped, chose(5)).sideModel;
    // Row 2 stands for the product.
    const expected = sideScores(model, { rows: [2] });
    expect(shared[5]).toBe(shared[2]);
    for (const row of [0, 2, 7]) expect(shared[row]).toBeCloseTo(expected[row], 5);
  });

  it('scores items missing from the model between similar ones', () => {
    const short = sideModel(6, 5);
    const { sideModel: values } = termValues(catalog([], null, short), chose(3, 2));
    const known = [...values.subarray(0, 6)];
    for (const value of values.subarray(6)) {
      expect(value).toBeGreaterThan(Math.min(...known) - 1);
      expect(value).toBeLessThan(Math.max(...known) + 1);
    }
  });

  it('is attributed to past items by how much it falls without them, but not to the item itself', () => {
    const shopper = { ...chose(3, 1, 6), weights: onlySide };
    const contributors = (row: number) => explain(index, shopper, FOR_YOU, row).contributors;
    const whole = plainScores([3, 1, 6])[5];
    for (const [row, rest] of [
      [3, [1, 6]],
      [1, [3, 6]],
      [6, [3, 1]],
    ] as const) {
      const part = contributors(5).find((one) => one.row === row)?.part;
      expect(part).toBeCloseTo(1.5 * (whole - plainScores(rest)[5]), 5);
    }
    expect(contributors(1).map(({ row }) => row)).not.toContain(1);
  });

  it('is attributed to the variant that was chosen', () => {
    const grouped = catalog([{}, {}, { group: 'x' }, {}, {}, { group: 'x' }], null, model);
    const shopper = { ...chose(5), weights: onlySide };
    // Without its only choice, nothing is known of the shopper.
    expect(explain(grouped, shopper, FOR_YOU, 0).contributors).toEqual([
      { row: 5, part: expect.closeTo(1.5 * sideScores(model, { rows: [2] })[0], 5) },
    ]);
  });
});
