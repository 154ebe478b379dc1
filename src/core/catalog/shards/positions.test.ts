import { describe, expect, it } from 'vitest';
import { feedPositions } from './positions';

const named = (ids: string) => [...ids].map((id) => ({ id }));
const placed = (ids: string, positions: number[]) => ({ items: named(ids), positions: Uint32Array.from(positions) });
const isAscending = (numbers: Uint32Array): boolean => numbers.every((value, n) => n === 0 || value > numbers[n - 1]);

describe('the places of the items of a feed', () => {
  it('are spread evenly without an earlier bundle', () => {
    expect([...feedPositions(named('abc'))]).toEqual([2 ** 30 - 1, 2 ** 31 - 1, 3 * 2 ** 30 - 1]);
    const many = feedPositions(Array.from({ length: 10_000 }, (_, n) => ({ id: `${n}` })));
    expect(isAscending(many)).toBe(true);
  });

  it('stay when items come and go; the new ones get numbers in between', () => {
    const before = placed('abc', [100, 200, 300]);
    expect([...feedPositions(named('abc'), before)]).toEqual([100, 200, 300]);
    expect([...feedPositions(named('ac'), before)]).toEqual([100, 300]);
    expect([...feedPositions(named('axybc'), before)]).toEqual([100, 133, 166, 200, 300]);
    const [first, ...rest] = feedPositions(named('xabcy'), before);
    expect(first).toBeLessThan(100);
    expect(rest.slice(0, 3)).toEqual([100, 200, 300]);
    expect(rest[3]).toBeGreaterThan(300);
  });

  it('may use every number of a gap', () => {
    expect([...feedPositions(named('xaybzc'), placed('abc', [1, 3, 5]))]).toEqual([0, 1, 2, 3, 4, 5]);
    const last = 2 ** 32 - 2;
    expect([...feedPositions(named('ax'), placed('a', [last]))]).toEqual([last, last + 1]);
  });

  it('stay when other items move, of which there are as few as possible', () => {
    const before = placed('abcdef', [100, 200, 300, 400, 500, 600]);
    expect([...feedPositions(named('eabcdf'), before)]).toEqual([49, 100, 200, 300, 400, 600]);
    expect([...feedPositions(named('bcdafe'), before)]).toEqual([200, 300, 400, 433, 466, 500]);
    const [first, ...others] = feedPositions(named('fedcba'), before);
    expect(isAscending(Uint32Array.of(first, ...others))).toBe(true);
    // Two that had the same number.
    expect([...feedPositions(named('abxc'), placed('abc', [1, 1, 9]))]).toEqual([0, 1, 5, 9]);
  });

  it.each([
    ['between two', 'axybc', 'abc', [100, 102, 300]],
    ['before the first', 'xabc', 'abc', [0, 100, 200]],
    ['after the last', 'abcx', 'abc', [0, 1, 2 ** 32 - 1]],
  ])('are spread again if there is no room %s', (_, now, before, positions) => {
    expect(feedPositions(named(now), placed(before, positions))).toEqual(feedPositions(named(now)));
  });
});
