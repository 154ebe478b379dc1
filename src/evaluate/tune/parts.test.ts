import { describe, expect, it } from 'vitest';
import type { Shopper } from '../shoppers';
import { TUNING_PARTS, tuningParts } from './parts';

/** Shoppers who come one after the other, every ten seconds, with an event each second. */
const coming = (count: number, events = 40): Shopper[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `u${n}`,
    rows: Array.from({ length: events }, (_row, place) => place),
    times: Array.from({ length: events }, (_time, place) => 1000 * (10 * n + place)),
  }));

describe('the parts of the shoppers', () => {
  it('have other shoppers, and no event later than the first of the next part', () => {
    const parts = tuningParts(coming(100), { choose: 99, confirm: 99, report: 99 });
    const ids = TUNING_PARTS.flatMap((name) => parts[name].map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    // The last two shoppers before a part begins have fewer than 20 events until then.
    expect(TUNING_PARTS.map((name) => parts[name].length)).toEqual([39, 29, 30]);
    for (const [one, next] of [
      [parts.choose, parts.confirm],
      [parts.confirm, parts.report],
    ]) {
      const last = Math.max(...one.flatMap(({ times }) => times));
      expect(last).toBeLessThan(Math.min(...next.flatMap(({ times }) => times)));
      expect(one.every(({ rows, times }) => rows.length === times.length && rows.length >= 20)).toBe(true);
    }
    expect(parts.report.at(-1)?.rows).toHaveLength(40);
  });

  it('are an even selection where there are many shoppers', () => {
    const { confirm } = tuningParts(coming(100), { choose: 99, confirm: 15, report: 99 });
    expect(confirm).toHaveLength(15);
    expect(confirm.slice(0, 3).map(({ id }) => id)).toEqual(['u40', 'u41', 'u43']);
  });

  it('need shoppers', () => {
    const few = expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining('has 11') });
    expect(() => tuningParts(coming(40), { choose: 99, confirm: 99, report: 99 })).toThrow(few);
  });
});
