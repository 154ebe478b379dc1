import { expect, it } from 'vitest';
import { seededRandom } from '../model';
import { topRows } from './score';

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
