import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DebouncedRunner } from './debounced-runner';

describe('DebouncedRunner', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('combines a burst into one run', async () => {
    const job = vi.fn(async () => undefined);
    const runner = new DebouncedRunner(job, 100);
    for (let i = 0; i < 5; i++) runner.later();
    await vi.advanceTimersByTimeAsync(99);
    expect(job).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('runs once more, and only once, for calls during a run', async () => {
    const finish: (() => void)[] = [];
    const job = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
    const runner = new DebouncedRunner(job, 100);
    runner.now();
    runner.now();
    runner.now();
    expect(job).toHaveBeenCalledTimes(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(job).toHaveBeenCalledTimes(2);
    finish[1]?.();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(2);
  });

  it('does not run after a cancel', async () => {
    const job = vi.fn(async () => undefined);
    const runner = new DebouncedRunner(job, 100);
    runner.later();
    runner.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(0);
  });

  it('replaces a waiting run by an immediate one', async () => {
    const job = vi.fn(async () => undefined);
    const runner = new DebouncedRunner(job, 100);
    runner.later();
    runner.now();
    await vi.advanceTimersByTimeAsync(1000);
    expect(job).toHaveBeenCalledTimes(1);
  });
});
