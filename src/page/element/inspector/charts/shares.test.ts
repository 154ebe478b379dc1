import { expect, it } from 'vitest';
import { DROPPED, ON_TRIAL, shareSeries, sparkline } from './shares';

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

it('draws the newest choice at the right edge', () => {
  expect(sparkline([0, 0.5, 1])).toBe('0,19 50,10 100,1');
  expect(sparkline([0.25])).toBe('100,14.5');
  expect(sparkline([])).toBe('');
});
