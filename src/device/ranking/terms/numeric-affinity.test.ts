import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import type { Item } from '../../../core/catalog';
import { numberStatistics } from '../../../core/catalog/catalog-statistics';
import { type NumberColumn, numberColumns, numericAffinity } from './numeric-affinity';

const items = (count: number, more: (row: number) => Partial<Item>): Item[] =>
  Array.from({ length: count }, (_, row) => makeItem(`${row}`, more(row)));
/** A number for only the first items. */
const first = (count: number, row: number): Item['attributes'] => (row < count ? { number: row } : {});

const columnsOf = (all: readonly Item[]) => numberColumns(all, numberStatistics(all));

describe('numberColumns', () => {
  it('are log price and numeric attributes, by name, in standard deviations', () => {
    const columns = columnsOf(
      items(3, (row) => ({ price: Math.expm1(row), attributes: { year: 1990 + 10 * row, colour: 'red' } })),
    );
    expect(columns.map(({ name }) => name)).toEqual(['price', 'year']);
    for (const { values } of columns) {
      for (const [row, value] of values.entries()) expect(value).toBeCloseTo((row - 1) / Math.sqrt(2 / 3), 5);
    }
  });

  it('leave out rare and constant columns, and keep gaps', () => {
    const columns = columnsOf(
      items(10, (row) => ({
        price: 5,
        attributes: first(2, row),
      })),
    );
    expect(columns.map(({ name }) => name)).toEqual(['number']);
    expect([...columns[0].values].map(Number.isNaN)).toEqual([false, false, ...new Array(8).fill(true)]);
    expect(columnsOf(items(11, (row) => ({ attributes: first(2, row) })))).toEqual([]);
  });

  it('keep an item far out within 4 deviations', () => {
    const [{ values }] = columnsOf(items(100, (row) => ({ attributes: { size: row === 0 ? 1e9 : row % 2 } })));
    expect(Math.max(...values)).toBe(4);
  });
});

describe('numericAffinity', () => {
  const affinity = (columns: Omit<NumberColumn, 'mean' | 'deviation'>[], rows: number[], weights: number[]) =>
    [0, 1, 2, 3].map(numericAffinity(columns, rows, weights));
  const column = (...values: number[]) => ({ name: 'size', values: Float32Array.from(values) });

  it('falls with the distance to the history like a bell of width 0.28, down to a floor', () => {
    const closeness = affinity([column(0, 0.3, -0.3, 3)], [0], [1]);
    const bell = Math.log(0.05 + Math.exp(-((0.3 / 0.28) ** 2) / 2));
    for (const [row, expected] of [Math.log(1.05), bell, bell, Math.log(0.05)].entries()) {
      expect(closeness[row]).toBeCloseTo(expected, 5);
    }
  });

  it('weighs the events of the history, and is the mean over the columns', () => {
    const one = affinity([column(-2, 2, 0)], [0, 1], [3, 1]);
    expect(one[0]).toBeCloseTo(Math.log(0.05 + 0.75), 5);
    expect(one[1]).toBeCloseTo(Math.log(0.05 + 0.25), 5);
    const two = affinity([column(-2, 2, 0), column(0, 0, 0)], [0, 1], [3, 1]);
    for (let row = 0; row < 3; row++) expect(two[row]).toBeCloseTo((one[row] + Math.log(1.05)) / 2, 5);
  });

  it('treats an item without a number as average', () => {
    const closeness = affinity([column(0, 3, Number.NaN)], [0], [1]);
    expect(closeness[2]).toBeCloseTo((Math.log(1.05) + Math.log(0.05)) / 2, 5);
  });

  it('has no effect if the history has no numbers', () => {
    expect(affinity([column(Number.NaN, 1, 2, 3)], [0], [1])).toEqual([0, 0, 0, 0]);
    expect(affinity([column(0, 1, 2, 3)], [], [])).toEqual([0, 0, 0, 0]);
    expect(affinity([], [0], [1])).toEqual([0, 0, 0, 0]);
  });
});
