import { expect, it } from 'vitest';
import { type Choices, choicesFrom, recentPopularity } from '.';

const choices = (rows: readonly number[]): Choices =>
  choicesFrom(rows.map((row, time) => ({ user: `u${time}`, row, time })));

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
