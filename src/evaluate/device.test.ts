import { describe, expect, it } from 'vitest';
import { type DeviceMethod, evaluateDevice } from './device';
import { coldShoppers } from './shoppers';

/** Knows nothing but what it has seen: the next item is the last one plus one. */
const successor: DeviceMethod = {
  name: 'successor',
  start() {
    let last = -1;
    return {
      scores: () => Float32Array.from({ length: 50 }, (_, row) => (row === last + 1 ? 1 : 0)),
      observe(row) {
        last = row;
      },
      close() {},
    };
  },
};
const constant: DeviceMethod = {
  name: 'constant',
  start: () => ({ scores: () => new Float32Array(50), observe() {}, close() {} }),
};

describe('evaluateDevice', () => {
  const rows = Array.from({ length: 30 }, (_, n) => n);
  const shoppers = [{ id: 'a', rows, times: rows }];

  it('ranks each event before it is learned, among the items not yet chosen', async () => {
    const results = await evaluateDevice({ shoppers, methods: [successor, constant] });
    expect(results.get('successor')?.[0]).toMatchObject({ events: 20, hr10: 1, mrr: 1, lnRank: 0 });
    // All chosen items are out of the way, so catalogue order happens to put the next one first.
    expect(results.get('constant')?.[0].mrr).toBe(1);
    const backwards = [{ id: 'b', rows: rows.toReversed(), times: rows }];
    const reverse = await evaluateDevice({ shoppers: backwards, methods: [constant], from: 10, to: 11 });
    // The eleventh event is row 19, and rows 0 to 18 come before it in the catalogue.
    expect(reverse.get('constant')?.[0].lnRank).toBeCloseTo(Math.log(20));
  });

  it('leaves repeated choices out of the ranking', async () => {
    const repeated = [{ id: 'c', rows: [0, 1, 1, 1, 2], times: [0, 1, 2, 3, 4] }];
    const results = await evaluateDevice({ shoppers: repeated, methods: [successor], from: 1 });
    expect(results.get('successor')?.[0].events).toBe(2);
  });
});

describe('coldShoppers', () => {
  it('keeps those without a past and with enough events on known items', () => {
    const events = [
      { user: 'old', item: 'x', time: 1 },
      { user: 'old', item: 'y', time: 2 },
      { user: 'new', item: 'x', time: 3 },
      { user: 'old', item: 'x', time: 4 },
      { user: 'new', item: 'gone', time: 5 },
      { user: 'new', item: 'y', time: 6 },
      { user: 'brief', item: 'y', time: 7 },
    ];
    const rowOf = new Map([
      ['x', 0],
      ['y', 1],
    ]);
    const { past, cold, since } = coldShoppers(events, 0.3, 2, rowOf);
    expect(since).toBe(3);
    expect(past).toHaveLength(2);
    expect(cold).toEqual([{ id: 'new', rows: [0, 1], times: [3, 6] }]);
  });
});
