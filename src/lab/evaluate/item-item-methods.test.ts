import { describe, expect, it } from 'vitest';
import type { DeviceMethod } from './device';
import { itemCosines } from './item-cosines';
import { type ItemItemLog, type ItemItemName, itemItemBy, itemItemMethod, itemItemSettings } from './item-item-methods';

/** Weights from 0 to 1 and 2, and from 1 to 3. */
const table = {
  count: 4,
  offsets: Uint32Array.of(0, 2, 3, 3, 3),
  rows: Uint32Array.of(1, 2, 3),
  lifts: Float32Array.of(1, 0.5, 2),
};

const scoresAfter = (method: DeviceMethod, ...rows: number[]): number[] => {
  const run = method.start();
  for (const row of rows) run.observe(row, 0);
  return [...run.scores()];
};

describe('itemItemMethod', () => {
  it('adds the weights of the choices, which fade by half after so many choices', () => {
    expect(scoresAfter(itemItemMethod('m', table, null), 0, 1)).toEqual([0, 1, 0.5, 2]);
    expect(scoresAfter(itemItemMethod('m', table, 1), 0, 1, 2)).toEqual([0, 0.25, 0.125, 1]);
    expect(scoresAfter(itemItemMethod('m', table, 2), 0, 2, 2)[1]).toBeCloseTo(0.5, 6);
    expect(scoresAfter(itemItemMethod('m', table, 1))).toEqual([0, 0, 0, 0]);
  });
});

it('compares items by the users who chose both', () => {
  const { offsets, rows, lifts } = itemCosines([[0, 1, 1], [0, 2], [0, 1], []], 4);
  expect([...offsets]).toEqual([0, 2, 3, 4, 4]);
  expect([...rows]).toEqual([1, 2, 0, 0]);
  expect(lifts[0]).toBeCloseTo(2 / Math.sqrt(6));
  expect(lifts[1]).toBeCloseTo(1 / Math.sqrt(3));
});

/** Users walk through a ring of 30 items, six at a time, then somewhere else: only the last choices say what comes next. */
function walks(users: number, seed: number) {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 16_807) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: users }, (_, user) => {
    let row = next(30);
    return Array.from({ length: 24 }, (_, n) => {
      row = n % 6 === 0 ? next(30) : (row + 1) % 30;
      return { user: `user-${user}`, item: `item-${row}`, time: user * 1000 + n };
    });
  }).flat();
}

describe('methods that choose their settings', () => {
  const rowOf = new Map(Array.from({ length: 31 }, (_, row) => [`item-${row}`, row]));
  const log = { past: walks(60, 5), rowOf, count: 31 };

  const make = (name: ItemItemName, of: ItemItemLog) => itemItemBy(name, of, itemItemSettings(name, of));

  it.each(['ease', 'item-knn'] as const)(
    '%s forgets fast where only the last choices count, and knows the past alone',
    (name) => {
      const { method, halfLife, lambda } = make(name, log);
      expect(method.name).toBe(name);
      expect(halfLife).toBe(1);
      expect(lambda === undefined).toBe(name === 'item-knn');
      const scores = scoresAfter(method, 20, 3, 4);
      expect(scores[5]).toBeGreaterThan(scores[21]);
      // Nobody chose it.
      expect(scores[30]).toBe(0);
      const again = make(name, log);
      expect([again.halfLife, again.lambda, scoresAfter(again.method, 20, 3, 4)]).toEqual([halfLife, lambda, scores]);
    },
  );

  it('have the default settings where no shopper comes late enough to judge them', () => {
    const { halfLife, lambda } = make('ease', { ...log, past: log.past.slice(0, 30) });
    expect([halfLife, lambda]).toEqual([8, 500]);
  });
});
