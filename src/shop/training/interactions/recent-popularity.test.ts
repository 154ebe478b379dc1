import { expect, it } from 'vitest';
import { type Interaction, recentPopularity } from '.';

const DATE = Date.UTC(2026, 0);
const choices = (rows: readonly number[], from = DATE): Interaction[] =>
  rows.map((row, n) => ({ user: `u${n}`, row, time: from + 1000 * n }));

it('weighs a choice half after a quarter of the log, whatever its length', () => {
  for (const quarter of [1, 5, 250]) {
    const rows = Array.from({ length: 4 * quarter }, () => 2);
    // The last choice, and the one a quarter of the log before it.
    rows[4 * quarter - 1] = 0;
    rows[3 * quarter - 1] = 1;
    const popularity = recentPopularity(choices(rows), 4);
    expect(popularity[0]).toBe(1);
    expect(popularity[1]).toBeCloseTo(0.5, 5);
    expect(popularity[3]).toBe(0);
  }
});

it('prefers current choices to equally frequent earlier ones', () => {
  const [then, now] = recentPopularity(choices([0, 0, 0, 1, 1, 1]), 2);
  expect(now).toBeGreaterThan(then);
});

it('counts all choices the same in a log whose times are places in histories', () => {
  expect([...recentPopularity(choices([0, 0, 0, 1, 1, 1], 1), 2)]).toEqual([3, 3]);
});
