import { describe, expect, it } from 'vitest';
import type { CooccurrenceTable } from '../../../core/catalog';
import { cooccurrence, lastChoices, strongestContributor } from './cooccurrence';

/** Item 0 goes with 1 (lift 2) and 3 (lift 1), item 2 with 3 (lift 4); item 3 has no entries. */
const table: CooccurrenceTable = {
  count: 4,
  offsets: Uint32Array.of(0, 2, 2, 3, 3),
  rows: Uint32Array.of(1, 3, 3),
  lifts: Float32Array.of(2, 1, 4),
};

describe('cooccurrence', () => {
  it('counts all lines of an order alike, and half with each older order', () => {
    const weights = (orders?: number[]) => lastChoices({ rows: [7, 5, 5, 6], orders }).map(([, weight]) => weight);
    expect(weights()).toEqual([1, 2, 4, 8].map((weight) => weight / 15));
    expect(weights([1, 2, 2, 5])).toEqual([1, 2, 2, 4].map((weight) => weight / 9));
    expect(weights([3, 3, 3, 3])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('is the lift with the last choice, and the mean over several, newer ones counting more', () => {
    expect([...cooccurrence(table, { rows: [0] }, 4)]).toEqual([0, 2, 0, 1]);
    // Each choice counts half of the one after it; two of them have no co-occurrence.
    const weights = [1 / 8, 1 / 4, 1 / 2, 1];
    const whole = weights.reduce((sum, weight) => sum + weight);
    const values = cooccurrence(table, { rows: [0, 1, 1, 2] }, 4);
    for (const [row, expected] of [0, 2 / 8, 0, 1 / 8 + 4].entries())
      expect(values[row]).toBeCloseTo(expected / whole, 6);
  });

  it('is zero without a history, and for old choices', () => {
    expect([...cooccurrence(table, { rows: [] }, 4)]).toEqual([0, 0, 0, 0]);
    const twentyLater = [0, ...new Array(19).fill(1)];
    expect(cooccurrence(table, { rows: twentyLater }, 4)[1]).toBeGreaterThan(0);
    expect([...cooccurrence(table, { rows: [...twentyLater, 1] }, 4)]).toEqual([0, 0, 0, 0]);
  });

  it('has room for items beyond the table, which co-occur with no item', () => {
    expect([...cooccurrence(table, { rows: [5, 0] }, 6)].slice(4)).toEqual([0, 0]);
    expect(cooccurrence(table, { rows: [5, 0] }, 6)[1]).toBeGreaterThan(0);
    expect([...cooccurrence(table, { rows: [5] }, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('strongestContributor', () => {
  it('names the choice that contributes most, which an older one does only with a larger lift', () => {
    expect(strongestContributor(table, { rows: [2, 0] }, 3)).toBe(2);
    // Three choices later the lift of 4 counts less than one of 1 does now.
    expect(strongestContributor(table, { rows: [2, 1, 1, 0] }, 3)).toBe(0);
    expect(strongestContributor(table, { rows: [0, 1, 1, 5] }, 1)).toBe(0);
  });

  it('names no choice for an item without co-occurrence', () => {
    expect(strongestContributor(table, { rows: [0, 1, 2, 5] }, 0)).toBeNull();
    expect(strongestContributor(table, { rows: [] }, 1)).toBeNull();
  });
});
