import { describe, expect, it } from 'vitest';
import { type DeviceMethod, evaluateDevice } from './device';
import { basketQualities, sharedSeconds, streamQualities } from './quality';
import { coldShoppers } from './shoppers';

/** Knows only the last event: it predicts the item after the last one. */
const successor: DeviceMethod = {
  name: 'successor',
  start() {
    let last = -1;
    return {
      scores: () => Float32Array.from({ length: 50 }, (_, row) => (row === last + 1 ? 1 : 0)),
      observe(row) {
        last = row;
      },
    };
  },
};
const constant: DeviceMethod = {
  name: 'constant',
  start: () => ({ scores: () => new Float32Array(50), observe() {} }),
};

describe('evaluateDevice', () => {
  const rows = Array.from({ length: 30 }, (_, n) => n);
  const times = rows.map((n) => 1000 * n);
  const shoppers = [{ id: 'a', rows, times }];

  it('ranks each event before it is learned, among the items not yet chosen', () => {
    const [next, same] = evaluateDevice({ shoppers, methods: [successor, constant] });
    const [quality] = streamQualities(next.streams, shoppers);
    expect(quality).toMatchObject({ events: 20, hr10: 1, mrr: 1, lnRank: 0 });
    expect(next.streams[0].places).toEqual(rows.slice(10));
    // All chosen items are excluded, so catalogue order happens to put the next one first.
    expect(new Set(same.streams[0].ranks)).toEqual(new Set([1]));
    const backwards = [{ id: 'b', rows: rows.toReversed(), times }];
    const [reverse] = evaluateDevice({ shoppers: backwards, methods: [constant], from: 10, to: 11 });
    // The eleventh event is row 19, and rows 0 to 18 come before it in the catalogue.
    expect(reverse.streams[0].ranks).toEqual([20]);
  });

  it('leaves repeated choices out of the ranking', () => {
    const repeated = [{ id: 'c', rows: [0, 1, 1, 1, 2], times: times.slice(0, 5) }];
    const [results] = evaluateDevice({ shoppers: repeated, methods: [successor], from: 1 });
    expect(results.streams[0].places).toEqual([1, 4]);
  });

  it('counts the first ten items not yet chosen at every ranked event', () => {
    const [{ listed }] = evaluateDevice({ shoppers, methods: [constant], from: 12, to: 14, items: 50 });
    const expected = Array(50).fill(0);
    for (const first of [12, 13]) for (let n = 0; n < 10; n++) expected[first + n]++;
    expect(listed).toEqual(expected);
  });
});

describe('baskets', () => {
  // One event, a basket of three, one of four with an item chosen before and a repeated one, and one event.
  const rows = [5, 6, 7, 8, 5, 10, 10, 9, 20];
  const times = [0, 1000, 1500, 1999, 3000, 3001, 3002, 3003, 5000];
  const shoppers = [{ id: 'a', rows, times }];

  it('ranks all items of one second by the scores before the first of them, without the others', () => {
    const [{ streams }] = evaluateDevice({ shoppers, methods: [successor], from: 1 });
    const [{ places, ranks, basketRanks }] = streams;
    expect(places).toEqual([1, 2, 3, 5, 7, 8]);
    // After 8 and 5, and after 10, the next is 9 or was chosen; 0 to 4 come first in the catalogue.
    expect(ranks).toEqual([1, 1, 1, 7, 7, 15]);
    // Before the basket of 6, 7 and 8 the next is 6; both others come after 0 to 4, in the catalogue's order.
    expect(basketRanks).toEqual([1, 6, 6, 6, 1, 15]);
    const [quality] = basketQualities([{ places, ranks, basketRanks }], shoppers, 1);
    const means = [(0 + 2 * Math.log(6)) / 3, Math.log(6) / 2, Math.log(15)];
    expect(quality.events).toBe(3);
    expect(quality.lnRank).toBeCloseTo(means.reduce((sum, mean) => sum + mean) / 3);
    expect(quality.hr10).toBeCloseTo(2 / 3);
    expect(quality.ranks?.map(Math.log)).toEqual(means.map((mean) => expect.closeTo(mean)));
    expect(sharedSeconds([{ places }], shoppers)).toBeCloseTo(5 / 6);
  });

  it('leaves out a basket that began before the first ranked event', () => {
    const [{ streams: ranked }] = evaluateDevice({ shoppers, methods: [successor], from: 3 });
    expect(ranked[0].places).toEqual([3, 5, 7, 8]);
    expect(basketQualities(ranked, shoppers, 3)[0].events).toBe(2);
    expect(basketQualities(ranked, shoppers, 1)[0].events).toBe(3);
  });
});

describe('coldShoppers', () => {
  it('keeps shoppers without a past and with enough events on known items', () => {
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
    const { past, cold } = coldShoppers(events, 0.3, 2, rowOf);
    expect(past).toHaveLength(2);
    expect(cold).toEqual([{ id: 'new', rows: [0, 1], times: [3, 6] }]);
  });
});
