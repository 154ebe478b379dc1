import { expect, it } from 'vitest';
import { wilson } from './event-aggregates';

it('the Wilson interval follows the formula', () => {
  const [low, high] = wilson(10, 100) ?? [];
  expect(low).toBeCloseTo(0.0552, 4);
  expect(high).toBeCloseTo(0.1744, 4);
});

it('the Wilson interval stays within 0 and 1, and is null without trials', () => {
  expect(wilson(0, 0)).toBeNull();
  expect(wilson(0, 10)?.[0]).toBe(0);
  expect(wilson(0, 10)?.[1]).toBeCloseTo(0.2775, 3);
  // More clicks than impressions: a list that was left before its impressions were counted.
  expect(wilson(3, 2)?.[1]).toBe(1);
});
