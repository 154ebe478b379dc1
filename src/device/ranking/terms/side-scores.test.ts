import { describe, expect, it } from 'vitest';
import { catalog, chose, state, type WEIGHTS } from '../../../testing/rankings';
import { sideModel } from '../../../testing/side-models';
import { scoreBreakdown } from '../explanation/explain';
import { scores, termContributions } from '../score';
import { sideContributions, sideScores } from './side-scores';
import { isWithoutBasis, TERMS, termValues } from './terms';

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
    for (const [row, score] of sideScores(model, rows).entries()) expect(score).toBeCloseTo(expected[row], 5);
  });

  it('are an item’s bias plus the contribution of each choice', () => {
    const rows = [3, 1, 3, 6];
    const all = sideScores(model, rows);
    for (let item = 0; item < COUNT; item++) {
      const parts = sideContributions(model, rows);
      expect(parts.rows).toEqual([3, 1, 6]);
      expect(parts.of(item).reduce((sum, part) => sum + part, biases[item])).toBeCloseTo(all[item], 5);
    }
    // The last choice adds the product of the vectors under the sum of the gains.
    const last = vector(6).reduce((sum, value, d) => {
      const gain = states.reduce((total, { gain: own }) => total + own[d], 0);
      return sum + gain * value * vector(2)[d];
    }, 0);
    expect(sideContributions(model, rows).of(2)[2]).toBeCloseTo(last, 5);
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
    expect(values).toEqual(sideScores(model, [3, 1]));
    const grouped = catalog([{}, {}, { group: 'x' }, {}, {}, { group: 'x' }], null, model);
    const shared = termValues(grouped, chose(5)).sideModel;
    // Row 2 stands for the product.
    const expected = sideScores(model, [2]);
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

  it('is attributed to past items in a breakdown, but for the bias and the item itself', () => {
    const shopper = { ...chose(3, 1, 6), weights: onlySide };
    const values = termValues(index, shopper);
    const parts = (row: number) => scoreBreakdown(index, shopper, row, termContributions(values, onlySide, row));
    const { contributions, contributors } = parts(5);
    expect(contributions.sideModel).toBeCloseTo(1.5 * values.sideModel[5], 6);
    const expected = sideContributions(model, [3, 1, 6]);
    expect([...contributors.keys()].sort()).toEqual([1, 3, 6]);
    for (const [n, part] of expected.of(5).entries())
      expect(contributors.get(expected.rows[n])).toBeCloseTo(1.5 * part, 6);
    const sum = [...contributors.values()].reduce((total, part) => total + part, 1.5 * biases[5]);
    expect(sum).toBeCloseTo(contributions.sideModel ?? Number.NaN, 5);
    expect([...parts(1).contributors.keys()].sort()).toEqual([3, 6]);
  });

  it('is attributed to the variant that was chosen', () => {
    const grouped = catalog([{}, {}, { group: 'x' }, {}, {}, { group: 'x' }], null, model);
    const shopper = { ...chose(5), weights: onlySide };
    const terms = termContributions(termValues(grouped, shopper), onlySide, 0);
    const { contributors } = scoreBreakdown(grouped, shopper, 0, terms);
    expect([...contributors.keys()]).toEqual([5]);
    expect(contributors.get(5)).toBeCloseTo(1.5 * sideContributions(model, [2]).of(0)[0], 5);
  });
});
