import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProgressReporter } from './progress';
import type { Progress } from './session';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

it('reports not too often, and without the earlier run in the rate', () => {
  const seen: Progress[] = [];
  const progress = new ProgressReporter((now) => seen.push(now));
  progress.start('Epoch 3 of 4', 40, 20);
  expect(seen).toEqual([{ stage: 'Epoch 3 of 4', done: 20, total: 40, perSecond: null, secondsLeft: null }]);
  vi.advanceTimersByTime(50);
  progress.set(21);
  expect(seen).toHaveLength(1);
  vi.advanceTimersByTime(1950);
  progress.set(30);
  expect(seen.at(-1)).toEqual({ stage: 'Epoch 3 of 4', done: 30, total: 40, perSecond: 5, secondsLeft: 2 });
  progress.set(40);
  expect(seen.at(-1)).toMatchObject({ done: 40, secondsLeft: 0 });
});
