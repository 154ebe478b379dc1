import { expect, it } from 'vitest';
import { waterfallBars } from './waterfall';

it('puts each bar where the one before it ends, and ends with the score', () => {
  const part = (name: string, contribution: number) => ({ name, contribution, expert: null, place: null });
  const bars = waterfallBars({ parts: [part('recent', 3), part('category', 1), part('popularity', -1.5)], score: 2.5 });
  expect(bars.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    [0, 3, 'more'],
    [3, 4, 'more'],
    [4, 2.5, 'less'],
    [0, 2.5, 'sum'],
  ]);
  expect(bars[0].label).toBe('like what you looked at lately');
});

it('names experts apart, so that each has a bar', () => {
  const part = (id: number) => ({
    name: 'preference',
    contribution: 1,
    place: 1,
    expert: { id, state: 'frozen' as const },
  });
  const labels = waterfallBars({ parts: [part(1), part(2)], score: 2 }).map(({ label }) => label);
  expect(new Set(labels).size).toBe(3);
});
