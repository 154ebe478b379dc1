import { expect, it } from 'vitest';
import { ON_TRIAL, shareSeries, sparkline } from './shares';

it('has a series for each expert that is or was kept, and one for all on trial, which add up to 1', () => {
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
        [0, 0.4],
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
    { key: '0', values: [0.9, 0.5, 0.4] },
    { key: '2', values: [0, 0.3, 0.6] },
    { key: ON_TRIAL, values: [0.1, 0.2, 0] },
  ]);
});

it('draws the newest choice at the right edge', () => {
  expect(sparkline([0, 0.5, 1])).toBe('0,20 50,10 100,0');
  expect(sparkline([0.25])).toBe('100,15');
  expect(sparkline([])).toBe('');
});
