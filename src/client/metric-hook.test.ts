import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricReport } from '../protocol';
import { MetricHooks } from './metric-hook';

const NOTHING: MetricReport = { counts: [], visitors: [] };
const report = (clicks: number): MetricReport => ({
  counts: [{ variant: null, placement: 'similar', impressions: 0, clicks, carts: 0, purchases: 0, revenue: {} }],
  visitors: [],
});
/** Arguments of the hook for it. */
const call = (clicks: number): [MetricReport['counts'], MetricReport['visitors']] => [report(clicks).counts, []];

describe('a hook for metrics', () => {
  const onMetric = vi.fn();
  const take = vi.fn<(sent: string[]) => Promise<MetricReport>>();
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

  it('gets what was counted at the start, every 30 seconds and when the page is hidden, never nothing, and the rest at the end', async () => {
    take.mockResolvedValueOnce(report(1)).mockResolvedValueOnce(NOTHING).mockResolvedValueOnce(report(2));
    const end = hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(0);
    expect(onMetric.mock.calls).toEqual([call(1)]);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(take).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(take).toHaveBeenCalledTimes(2);
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(0);
    expect(onMetric.mock.calls[1]).toEqual(call(2));
    take.mockResolvedValue(report(3));
    await end();
    expect(onMetric.mock.calls[2]).toEqual(call(3));
    await vi.advanceTimersByTimeAsync(60_000);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(onMetric).toHaveBeenCalledTimes(3);
  });

  it('gets a visitor of whom nothing is counted yet', async () => {
    const none = { visitors: 0, sum: 0, squares: 0 };
    const visitor = {
      ...{
        key: 'k'.repeat(22),
        variant: 'test/on',
        visitors: 1,
        impressions: none,
        clicks: none,
        carts: none,
        purchases: none,
      },
      ...{ products: { clicksImpressions: 0, purchasesClicks: 0 }, revenue: {} },
    };
    take.mockResolvedValue(NOTHING).mockResolvedValueOnce({ counts: [], visitors: [visitor] });
    hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(0);
    expect(onMetric.mock.calls).toEqual([[[], [visitor]]]);
    // It says at once what was sent; where the hook fails, it does not.
    expect(take.mock.calls).toEqual([[[]], [[visitor.key]]]);
    take.mockResolvedValueOnce({ counts: [], visitors: [visitor] });
    onMetric.mockRejectedValueOnce(new Error('offline'));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(take.mock.calls.slice(2)).toEqual([[[]]]);
  });

  it('may throw or reject without harm; that is reported as an error', async () => {
    take.mockResolvedValue(report(1));
    onMetric.mockImplementationOnce(() => {
      throw new Error('the shop’s own');
    });
    onMetric.mockRejectedValueOnce(new Error('later'));
    hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(failed).toMatchObject([
      {
        code: 'runtime/not-sent',
        message: expect.stringContaining('the shop’s own'),
        cause: new Error('the shop’s own'),
      },
      { code: 'runtime/not-sent', cause: new Error('later') },
    ]);
  });

  it('is not alone: each gets all that was counted, until it ends', async () => {
    take.mockResolvedValueOnce(report(1)).mockResolvedValueOnce(report(2)).mockResolvedValueOnce(report(3));
    const other = vi.fn();
    const both = hooks();
    const end = both.add(onMetric);
    both.add(other);
    await vi.advanceTimersByTimeAsync(0);
    await end();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onMetric.mock.calls).toEqual([call(1), call(2)]);
    expect(other.mock.calls).toEqual([call(1), call(2), call(3)]);
  });
});
