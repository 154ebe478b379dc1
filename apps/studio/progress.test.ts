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
  expect(seen.at(-1)).toMatchObject({ stage: 'Epoch 3 of 4', done: 30, total: 40, perSecond: 5 });
  expect(seen.at(-1)?.secondsLeft).toBeCloseTo((10 * 1.95) / 9, 9);
  progress.set(40);
  expect(seen.at(-1)).toMatchObject({ done: 40, secondsLeft: 0 });
});

it('estimates the time left only when that rests on enough work after the first step, which compiles', () => {
  const seen: Progress[] = [];
  const progress = new ProgressReporter((now) => seen.push(now));
  progress.start('Epoch 1 of 16', 3000);
  const step = (done: number, after: number): number | null => {
    vi.advanceTimersByTime(after);
    progress.set(done);
    return seen[seen.length - 1].secondsLeft;
  };
  // The whole takes 53 seconds: one for the first step, 52 for the others.
  expect(step(1, 1050)).toBeNull();
  for (let done = 2; done < 200; done++) expect(step(done, 17.34) ?? 52).toBeGreaterThan(40);
  expect(step(400, 3468)).toBeCloseTo(45, 0);
});
