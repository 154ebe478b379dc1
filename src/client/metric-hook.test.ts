import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Counts } from '../protocol';
import { MetricHooks } from './metric-hook';

const counts = (clicks: number): Counts[] => [
  { variant: null, placement: 'similar', impressions: 0, clicks, carts: 0, purchases: 0, revenue: {} },
];

describe('a hook for metrics', () => {
  const onMetric = vi.fn();
  const take = vi.fn<() => Promise<Counts[]>>();
  const failed: unknown[] = [];
  let page: EventTarget & { visibilityState: string };

  beforeEach(() => {
    vi.useFakeTimers();
    onMetric.mockReset();
    take.mockReset();
    failed.length = 0;
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('document', page);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const hooks = () => new MetricHooks(take, (thrown) => failed.push(thrown));

  it('gets what was counted every 30 seconds and when the page is hidden, never nothing, and the rest at the end', async () => {
    take.mockResolvedValueOnce(counts(1)).mockResolvedValueOnce([]).mockResolvedValueOnce(counts(2));
    const end = hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(take).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30_001);
    expect(onMetric.mock.calls).toEqual([[counts(1)]]);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(take).toHaveBeenCalledTimes(2);
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(0);
    expect(onMetric.mock.calls[1]).toEqual([counts(2)]);
    take.mockResolvedValue(counts(3));
    await end();
    expect(onMetric.mock.calls[2]).toEqual([counts(3)]);
    await vi.advanceTimersByTimeAsync(60_000);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(onMetric).toHaveBeenCalledTimes(3);
  });

  it('may throw without harm; that is reported as an error', async () => {
    take.mockResolvedValue(counts(1));
    onMetric.mockImplementation(() => {
      throw new Error('the shop’s own');
    });
    hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(failed).toEqual([new Error('the shop’s own')]);
  });

  it('is not alone: each gets all that was counted, until it ends', async () => {
    take.mockResolvedValueOnce(counts(1)).mockResolvedValueOnce(counts(2)).mockResolvedValueOnce(counts(3));
    const other = vi.fn();
    const both = hooks();
    const end = both.add(onMetric);
    both.add(other);
    await vi.advanceTimersByTimeAsync(30_000);
    await end();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onMetric.mock.calls).toEqual([[counts(1)], [counts(2)]]);
    expect(other.mock.calls).toEqual([[counts(1)], [counts(2)], [counts(3)]]);
  });
});
