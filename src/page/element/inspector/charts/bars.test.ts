import { describe, expect, it } from 'vitest';
import { TERMS } from '../../../../device/ranking';
import { ENGLISH_INSPECTOR, partName, wordsIn } from '../words';
import { clickBars, weightBars } from './bars';

const words = wordsIn(ENGLISH_INSPECTOR, 'en');
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
  it('are on the scale from 0 to 100 %, with the interval of each', () => {
    expect(
      clickBars([row('for-you', 100, 10, [0.05, 0.25]), row('own list', 1000, 50, [0.04, 0.0625])], words),
    ).toEqual([
      {
        name: 'Recommended for you',
        parts: [
          { kind: 'expert', width: 10 },
          { kind: 'range', start: 5, width: 20 },
        ],
        value: '10 of 100',
      },
      {
        name: 'own list',
        parts: [
          { kind: 'expert', width: 5 },
          { kind: 'range', start: 4, width: 2.25 },
        ],
        value: '50 of 1,000',
      },
    ]);
  });

  it('say nothing about fewer than 50 impressions', () => {
    const range: [number, number] = [0.1, 0.5];
    const [few, enough] = clickBars([row('similar', 49, 12, range), row('similar', 50, 12, range)], words);
    expect(few?.parts).toBe('too few to say');
    expect(enough?.parts).toHaveLength(2);
  });

  it('leave out lists without impressions', () => {
    expect(clickBars([row(null, 0, 3, null)], words)).toEqual([]);
  });
});

describe('weightBars', () => {
  it('share one scale with room for both signs, strongest first', () => {
    expect(weightBars({ small: 0.5, big: 1, down: -1, broken: Number.NaN }, words)).toEqual([
      { name: 'big', parts: [{ kind: 'expert', start: 50, width: 50 }], value: '+1.00' },
      { name: 'down', parts: [{ kind: 'negative', start: 0, width: 50 }], value: '-1.00' },
      { name: 'small', parts: [{ kind: 'expert', start: 50, width: 25 }], value: '+0.50' },
    ]);
  });
});

describe('partName', () => {
  it('has a name for every term of the score', () => {
    const names = TERMS.map((term) => partName(ENGLISH_INSPECTOR.texts, term));
    expect(new Set(names).size).toBe(TERMS.length);
    for (const [n, name] of names.entries()) expect(name.split(' ').length, TERMS[n]).toBeGreaterThan(1);
  });
});
