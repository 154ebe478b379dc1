import { describe, expect, it } from 'vitest';
import { TERMS } from '../../../../device/ranking';
import { labelsIn } from '../../recs/labels';
import { termLabel } from '../wording';
import { clickBars, LIST_NAMES, weightBars } from './bars';

const row = (placement: string | null, impressions: number, clicks: number, ctrRange: [number, number] | null) => ({
  variant: null,
  placement,
  impressions,
  clicks,
  carts: 0,
  purchases: 0,
  revenue: {},
  conversion: null,
  ctr: impressions > 0 ? clicks / impressions : null,
  ctrRange,
});

describe('clickBars', () => {
  it('are on one scale, with the interval of each', () => {
    expect(clickBars([row('for-you', 100, 10, [0.05, 0.2]), row('similar', 1000, 50, [0.04, 0.06])])).toEqual([
      {
        name: 'Recommended for you',
        parts: [
          { kind: 'range', start: 25, width: 75 },
          { kind: 'expert', width: 25 },
          { kind: 'expert', start: 49, width: 1 },
        ],
        value: '10 of 100',
      },
      {
        name: 'Similar products',
        parts: [
          { kind: 'range', start: 20, width: 10 },
          { kind: 'expert', width: 20 },
          { kind: 'expert', start: 24, width: 1 },
        ],
        value: '50 of 1,000',
      },
    ]);
  });

  it('leave out lists without impressions', () => {
    expect(clickBars([row(null, 0, 3, null)])).toEqual([]);
  });

  it('name lists as their headings do', () => {
    expect(LIST_NAMES).toEqual(labelsIn('en').headings);
  });
});

describe('weightBars', () => {
  it('share one scale with room for both signs, strongest first', () => {
    expect(weightBars({ small: 0.5, big: 1, down: -1, broken: Number.NaN })).toEqual([
      { name: 'big', parts: [{ kind: 'expert', start: 50, width: 50 }], value: '1.00' },
      { name: 'down', parts: [{ kind: 'negative', start: 0, width: 50 }], value: '-1.00' },
      { name: 'small', parts: [{ kind: 'expert', start: 50, width: 25 }], value: '0.50' },
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
