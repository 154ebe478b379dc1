import { expect, it } from 'vitest';
import type { ScorePart } from '../../../../device/protocol';
import { ENGLISH_INSPECTOR, wordsIn } from '../words';
import { DROPPED, namedParts, ON_TRIAL, runningRanks, shareSeries, waterfallBars } from './chart-data';

it('has a series for each kept expert, one for all that were dropped, and one for all on trial, which add up to 1', () => {
  const choices: { shares: [number, number][] }[] = [
    {
      shares: [
        [0, 0.9],
        [1, 0.1],
      ],
    },
    {
      shares: [
        [0, 0.5],
        [2, 0.3],
        [1, 0.2],
      ],
    },
    {
      shares: [
        [0, 0.3],
        [9, 0.1],
        [2, 0.6],
      ],
    },
  ];
  const series = shareSeries(choices, [
    { id: 2, state: 'active' },
    { id: 0, state: 'generalist' },
    { id: 7, state: 'candidate' },
    { id: 9, state: 'removed' },
  ]);
  expect(series).toEqual([
    { key: '0', values: [0.9, 0.5, 0.3] },
    { key: '2', values: [0, 0.3, 0.6] },
    { key: DROPPED, values: [0, 0, 0.1] },
    { key: ON_TRIAL, values: [0.1, 0.2, 0] },
  ]);
});

it('is the geometric mean of the last 20 choices that have ranks', () => {
  const ranks = (own: number) => ({ own, popularity: 100, content: 10 });
  const choices = Array.from({ length: 30 }, (_, n) => ({ at: n + 1, ranks: n === 0 ? null : ranks(n < 20 ? 1 : 4) }));
  const points = runningRanks(choices);
  expect(points).toHaveLength(29);
  expect(points[0]).toMatchObject({ at: 2, own: 1 });
  // Half of the last 20 at 4, the others at 1.
  expect(points[28].at).toBe(30);
  expect(points[28].own).toBeCloseTo(2);
  expect(points[28].popularity).toBeCloseTo(100);
});

const words = wordsIn(ENGLISH_INSPECTOR, 'en');
const part = (name: string, contribution: number): ScorePart => ({ name, contribution, expert: null, place: null });
const expertPart = (id: number, state: 'generalist' | 'frozen' | 'candidate', contribution = 1): ScorePart => ({
  name: 'preference',
  contribution,
  place: 1,
  expert: { id, state },
});

it('puts each bar where the one before it ends, and ends with the score', () => {
  const parts = namedParts([part('recent', 3), part('popularity', -1.5), part('category', 1)], [], words);
  const bars = waterfallBars(parts, { score: 2.5 }, words);
  expect(bars.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    [0, 3, 'more'],
    [3, 4, 'more'],
    [4, 2.5, 'less'],
    [0, 2.5, 'sum'],
  ]);
  expect(bars[0].label).toBe('like what you looked at lately');
});

it('names experts by what they learned', () => {
  const experts = [
    { id: 1, title: 'Toys' },
    { id: 2, title: 'Food' },
  ];
  const parts = [
    expertPart(0, 'generalist'),
    expertPart(1, 'frozen'),
    expertPart(2, 'frozen'),
    expertPart(3, 'frozen'),
  ];
  expect(namedParts(parts, experts, words).map(({ label }) => label)).toEqual([
    'to your taste as a whole',
    'to your taste in Toys',
    'to your taste in Food',
    'to your taste in 3',
  ]);
});

it('has one part for all candidates, which still adds up to the score', () => {
  const parts = [expertPart(0, 'generalist', 2), expertPart(5, 'candidate', 0.5), expertPart(6, 'candidate', -0.25)];
  expect(namedParts(parts, [], words)).toEqual([
    { label: 'to your taste as a whole', contribution: 2, place: 1 },
    { label: 'to tastes on trial', contribution: 0.25, place: null },
  ]);
});
