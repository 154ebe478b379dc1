import { describe, expect, it } from 'vitest';
import type { CooccurrenceTable } from '../../../core/catalog';
import { cooccurrence, strongestContributor } from './cooccurrence';

/** Item 0 goes with 1 (lift 2) and 3 (lift 1), item 2 with 3 (lift 4); item 3 has no entries. */
const table: CooccurrenceTable = {
  count: 4,
  offsets: Uint32Array.of(0, 2, 2, 3, 3),
  rows: Uint32Array.of(1, 3, 3),
  lifts: Float32Array.of(2, 1, 4),
};

describe('cooccurrence', () => {
  it('is the lift with the last choice, and the mean over several, newer ones counting more', () => {
    expect([...cooccurrence(table, [0], 4)]).toEqual([0, 2, 0, 1]);
    // Each choice counts half of the one after it; two of them have no co-occurrence.
    const weights = [1 / 8, 1 / 4, 1 / 2, 1];
    const whole = weights.reduce((sum, weight) => sum + weight);
    const values = cooccurrence(table, [0, 1, 1, 2], 4);
    for (const [row, expected] of [0, 2 / 8, 0, 1 / 8 + 4].entries())
      expect(values[row]).toBeCloseTo(expected / whole, 6);
  });

  it('is zero without a history, and for old choices', () => {
    expect([...cooccurrence(table, [], 4)]).toEqual([0, 0, 0, 0]);
    const twentyLater = [0, ...new Array(19).fill(1)];
    expect(cooccurrence(table, twentyLater, 4)[1]).toBeGreaterThan(0);
    expect([...cooccurrence(table, [...twentyLater, 1], 4)]).toEqual([0, 0, 0, 0]);
  });

  it('has room for items beyond the table, which co-occur with no item', () => {
    expect([...cooccurrence(table, [5, 0], 6)].slice(4)).toEqual([0, 0]);
    expect(cooccurrence(table, [5, 0], 6)[1]).toBeGreaterThan(0);
    expect([...cooccurrence(table, [5], 6)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('strongestContributor', () => {
  it('names the choice that contributes most, which an older one does only with a larger lift', () => {
    expect(strongestContributor(table, [2, 0], 3)).toBe(2);
    // Three choices later the lift of 4 counts less than one of 1 does now.
    expect(strongestContributor(table, [2, 1, 1, 0], 3)).toBe(0);
    expect(strongestContributor(table, [0, 1, 1, 5], 1)).toBe(0);
  });

  it('names no choice for an item without co-occurrence', () => {
    expect(strongestContributor(table, [0, 1, 2, 5], 0)).toBeNull();
    expect(strongestContributor(table, [], 1)).toBeNull();
  });
});
