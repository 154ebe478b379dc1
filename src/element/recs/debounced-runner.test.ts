import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Coalescer } from './debounced-runner';

describe('Coalescer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('folds a burst into one run', async () => {
    const job = vi.fn(async () => undefined);
    const coalescer = new Coalescer(job, 100);
    for (let i = 0; i < 5; i++) coalescer.later();
    await vi.advanceTimersByTimeAsync(99);
    expect(job).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('runs once more, and only once, for calls during a run', async () => {
    const finish: (() => void)[] = [];
    const job = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
    const coalescer = new Coalescer(job, 100);
    coalescer.now();
    coalescer.now();
    coalescer.now();
    expect(job).toHaveBeenCalledTimes(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(job).toHaveBeenCalledTimes(2);
    finish[1]?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(2);
  });

  it('a cancelled run does not happen', async () => {
    const job = vi.fn(async () => undefined);
    const coalescer = new Coalescer(job, 100);
    coalescer.later();
    coalescer.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(0);
  });

  it('a call right away takes the place of the waiting one', async () => {
    const job = vi.fn(async () => undefined);
    const coalescer = new Coalescer(job, 100);
    coalescer.later();
    coalescer.now();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(1);
  });
});
