import { describe, expect, it } from 'vitest';
import { type CooccurrenceTable, pickCooccurrence } from './cooccurrence';

/** a with b and c; b with a; nothing of c. */
const table: CooccurrenceTable = {
  count: 3,
  offsets: Uint32Array.of(0, 2, 3, 3),
  rows: Uint32Array.of(1, 2, 0),
  lifts: Float32Array.of(3, 0.5, 3),
  support: Uint16Array.of(3, 0, 65_535),
  origin: 'shop',
};

describe('a co-occurrence table', () => {
  it('follows its items into another order, with the support of its entries', () => {
    expect(pickCooccurrence(table, [1, 2, 0])).toEqual({
      count: 3,
      offsets: Uint32Array.of(0, 1, 1, 3),
      rows: Uint32Array.of(2, 0, 1),
      lifts: Float32Array.of(3, 3, 0.5),
      support: Uint16Array.of(65_535, 3, 0),
      origin: 'shop',
    });
    expect(pickCooccurrence(table, [0, 1, 2])).toEqual(table);
  });

  it('loses the entries of items that go, and has none of those that come', () => {
    const { support: _, ...plain } = table;
    expect(pickCooccurrence(plain, [-1, 2, 0])).toEqual({
      count: 3,
      offsets: Uint32Array.of(0, 0, 0, 1),
      rows: Uint32Array.of(1),
      lifts: Float32Array.of(0.5),
      origin: 'shop',
    });
  });
});
