import { describe, expect, it } from 'vitest';
import { TERMS } from '../../../../device/ranking';
import { termLabel } from '../wording';
import { weightBars } from './weight-chart';

describe('weightBars', () => {
  it('share one scale with room for both signs, strongest first', () => {
    expect(weightBars({ small: 0.5, big: 1, down: -1, broken: Number.NaN })).toEqual([
      { name: 'big', value: 1, start: 50, width: 50 },
      { name: 'down', value: -1, start: 0, width: 50 },
      { name: 'small', value: 0.5, start: 50, width: 25 },
    ]);
  });
});

describe('termLabel', () => {
  it('has a label for every term of the score', () => {
    const labels = TERMS.map(termLabel);
    expect(new Set(labels).size).toBe(TERMS.length);
    for (const [n, label] of labels.entries()) expect(label.split(' ').length, TERMS[n]).toBeGreaterThan(1);
  });

  it('splits the names of other terms into words', () => {
    expect(termLabel('contentRecent')).toBe('content recent');
    expect(termLabel('content-all')).toBe('content all');
    expect(termLabel('toString')).toBe('to string');
  });
});
