import { describe, expect, it } from 'vitest';
import { seededRandom } from '../model';
import { rankOf, topRows } from './score';

it('finds the rows of the highest scores, best first and equal ones in catalogue order', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 300; round++) {
    const levels = 1 + Math.floor(random() * 50);
    const score = Float32Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * levels));
    if (round % 3 === 0) score[0] = Number.NaN;
    const allowed = (row: number): boolean => round % 2 === 0 || row % 3 > 0;
    const known = [...score.keys()].filter((row) => allowed(row) && !Number.isNaN(score[row]));
    const sorted = known.sort((a, b) => score[b] - score[a] || a - b);
    for (const limit of [1, 7, score.length]) expect(topRows(score, limit, allowed)).toEqual(sorted.slice(0, limit));
  }
});

describe('rankOf', () => {
  const { NaN: nan, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;

  it('puts what is not a number behind everything, among themselves in catalogue order', () => {
    const score = Float32Array.of(nan, 2, least, nan, 5, most);
    expect([...score.keys()].map((row) => rankOf(score, row, []))).toEqual([5, 3, 4, 6, 2, 1]);
    expect(rankOf(score, 0, [3, 4, 5])).toBe(3);
    expect(rankOf(score, 3, [0, 0, 5])).toBe(4);
    expect(rankOf(Float32Array.of(nan, nan), 1, [])).toBe(2);
  });

  it('counts the places that topRows gives', () => {
    const score = Float32Array.of(1, most, nan, 1, least, most, 3);
    for (const [place, row] of topRows(score, 7).entries()) expect(rankOf(score, row, [])).toBe(place + 1);
    expect(topRows(score, 7)).not.toContain(2);
  });
});
