import { describe, expect, it } from 'vitest';
import { ARRANGEMENT_NAMES, isReturn, twoTastes } from './two-tastes';

const taste = (id: string, from: number) => {
  const rows = Array.from({ length: 40 }, (_, n) => from + n);
  return { id, rows, times: rows };
};
const arranged = (name: (typeof ARRANGEMENT_NAMES)[number]) => twoTastes([taste('x', 0), taste('y', 100)], name, 1000);
const tastesOf = (rows: readonly number[]) => rows.map((row) => (row < 100 ? 'x' : 'y')).join('');

describe('twoTastes', () => {
  it('lets the choices of two shoppers take turns, each in its own order', () => {
    const runs = { visits: 5, blocks: 15, alternating: 1 };
    for (const name of ARRANGEMENT_NAMES) {
      const { rows, id } = arranged(name);
      const run = runs[name];
      expect(tastesOf(rows)).toBe(`${'x'.repeat(run)}${'y'.repeat(run)}`.repeat(30 / run));
      expect(rows.filter((row) => row < 100)).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(id).toBe('x, y');
    }
  });

  it('has a day between visits, and a minute between all other choices', () => {
    const { times } = arranged('visits');
    const gaps = times.slice(1).map((time, n) => time - times[n]);
    expect(gaps.filter((gap) => gap > 24 * 3600 * 1000)).toHaveLength(11);
    expect(new Set(arranged('blocks').times.map((time) => time % 60_000))).toEqual(new Set([1000]));
  });
});

describe('isReturn', () => {
  it('is the second to fifth choice after a taste returned', () => {
    const places = Array.from({ length: 60 }, (_, place) => place);
    expect(places.filter((place) => isReturn('visits', place)).slice(0, 5)).toEqual([21, 22, 23, 24, 26]);
    expect(places.filter((place) => isReturn('blocks', place))).toEqual([31, 32, 33, 34, 46, 47, 48, 49]);
    expect(places.filter((place) => isReturn('alternating', place))).toHaveLength(40);
  });
});
