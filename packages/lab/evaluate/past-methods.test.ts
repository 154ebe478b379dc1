import { describe, expect, it } from 'vitest';
import type { DeviceMethod } from './device';
import { PAST_METHODS, type PastLog } from './past-methods';
import { pastShoppers } from './shoppers';

const SILENT = { meter: { start() {}, advance() {}, stop() {} }, say() {} };

const scoresAfter = (method: DeviceMethod | null, ...rows: number[]): number[] => {
  const run = method?.start();
  if (!run) return [];
  for (const row of rows) run.observe(row, 0);
  return [...run.scores()];
};

/** Users walk through a ring of 30 items, six items at a time, then jump elsewhere: only the last choices predict the next one. */
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
  const log = { past: walks(60, 5), rowOf, count: 31, ...SILENT };

  const make = (name: string, of: PastLog) => {
    const settings = PAST_METHODS[name].choose(of);
    return { ...settings, method: PAST_METHODS[name].method(of, JSON.stringify(settings)) };
  };

  it.each(['ease', 'item-knn'] as const)(
    '%s forgets fast if only the last choices count, and knows only the past',
    (name) => {
      const { method, halfLife, lambda }: Record<string, unknown> & ReturnType<typeof make> = make(name, log);
      expect(method?.name).toBe(name);
      expect(halfLife).toBe(1);
      expect(lambda === undefined).toBe(name === 'item-knn');
      const scores = scoresAfter(method, 20, 3, 4);
      expect(scores[5]).toBeGreaterThan(scores[21]);
      // Nobody chose it.
      expect(scores[30]).toBe(0);
      const again: Record<string, unknown> & ReturnType<typeof make> = make(name, log);
      expect([again.halfLife, again.lambda, scoresAfter(again.method, 20, 3, 4)]).toEqual([halfLife, lambda, scores]);
    },
  );

  it('refuse settings that they never try', () => {
    expect(PAST_METHODS.ease.method(log, '{"lambda":3,"halfLife":8}')).toBeNull();
  });

  it('have the default settings if no shopper comes late enough to judge them', () => {
    expect(make('ease', { ...log, past: log.past.slice(0, 30) })).toMatchObject({ halfLife: 8, lambda: 500 });
  });
});

const RING = new Map(Array.from({ length: 21 }, (_, row) => [`i${row}`, row]));
/** Shoppers who go round one of two rings of ten items. */
const events = (users: number, length = 16) =>
  Array.from({ length: users }, (_, user) =>
    Array.from({ length }, (_, n) => ({
      user: `u${user}`,
      time: user * 1000 + n,
      item: `i${10 * (user % 2) + ((user + n * 3) % 10)}`,
    })),
  ).flat();

it('vsknn scores what shoppers of the same taste chose', () => {
  const { vsknn } = PAST_METHODS;
  const log = { past: events(30), rowOf: RING, count: 21, ...SILENT };
  const method = vsknn.method(log, JSON.stringify(vsknn.choose(log)));
  expect(Math.max(...scoresAfter(method))).toBe(0);
  const scores = scoresAfter(method, 12);
  expect(scores[15]).toBeGreaterThan(0);
  expect([scores[5], scores[20]]).toEqual([0, 0]);
});

it('vsknn has default settings if no shopper can judge them', () => {
  expect(PAST_METHODS.vsknn.choose({ past: events(4), rowOf: RING, count: 21, ...SILENT })).toMatchObject({
    neighbours: 500,
    halfLife: 4,
  });
});

it('holds out every fifth shopper with enough events', () => {
  const { judges, others } = pastShoppers([...events(12), { user: 'few', item: 'i1', time: 1e6 }], RING, 11);
  expect(judges.map(({ id }) => id)).toEqual(['u4', 'u9']);
  expect(others).toHaveLength(11);
  expect(pastShoppers(events(3000, 11), RING, 11).judges).toHaveLength(40);
});
