import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/common/random';
import { rankOf, topRows } from './score';

it('finds the rows of the highest scores, best first and equal ones in catalogue order', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 300; round++) {
    const levels = 1 + Math.floor(random() * 50);
    // A short list is found in another way than one of more than 64 rows.
    const score = Float32Array.from({ length: 1 + Math.floor(random() * 120) }, () => Math.floor(random() * levels));
    if (round % 3 === 0) score[0] = Number.NaN;
    const allowed = (row: number): boolean => round % 2 === 0 || row % 3 > 0;
    const known = [...score.keys()].filter((row) => allowed(row) && !Number.isNaN(score[row]));
    const sorted = known.sort((a, b) => score[b] - score[a] || a - b);
    for (const limit of [0, 1, 7, score.length]) expect(topRows(score, limit, allowed)).toEqual(sorted.slice(0, limit));
  }
});

describe('rankOf', () => {
  it('counts the items ahead; equal scores keep catalogue order; excluded items do not compete', () => {
    const score = Float32Array.of(2, 3, 2, 1);
    expect([0, 1, 2, 3].map((row) => rankOf(score, row, []))).toEqual([2, 1, 3, 4]);
    expect(rankOf(score, 3, [1, 1, 0])).toBe(2);
    expect(rankOf(score, 2, [2, 0])).toBe(2);
  });

  it('ranks a NaN score behind all others', () => {
    const score = Float32Array.of(Number.NaN, -5, Number.NaN, Number.NEGATIVE_INFINITY);
    expect([0, 1, 2, 3].map((row) => rankOf(score, row, []))).toEqual([4, 1, 4, 2]);
    expect(rankOf(score, 0, [1, 0, 1])).toBe(3);
    expect(rankOf(score, 0, [0, 1, 2, 3])).toBe(1);
    expect(rankOf(score, 3, [0, 2])).toBe(2);
  });

  it('counts the places that topRows gives', () => {
    const { NaN: nan, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    const score = Float32Array.of(1, most, nan, 1, least, most, 3);
    for (const [place, row] of topRows(score, 7).entries()) expect(rankOf(score, row, [])).toBe(place + 1);
    expect(topRows(score, 7)).not.toContain(2);
  });
});
