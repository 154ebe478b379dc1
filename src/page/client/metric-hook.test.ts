import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricHook, MetricReport } from '../../device/protocol';
import { MetricHooks } from './metric-hook';

const EMPTY_REPORT: MetricReport = { counts: [], visitors: [], operations: [] };
const report = (clicks: number): MetricReport => ({
  counts: [{ variant: null, placement: 'similar', impressions: 0, clicks, carts: 0, purchases: 0, revenue: {} }],
  visitors: [],
  operations: [],
});
/** The hook's arguments for it. */
const call = (clicks: number): Parameters<MetricHook> => [report(clicks).counts, [], []];

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
    vi.stubGlobal('window', new EventTarget());
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const hooks = () => new MetricHooks(take, (thrown) => failed.push(thrown));
  /** Hooks that have passed on nothing yet, with one added. */
  const begun = async (): Promise<MetricHooks> => {
    take.mockResolvedValue(EMPTY_REPORT);
    const own = hooks();
    own.add(onMetric);
    await vi.advanceTimersByTimeAsync(0);
    return own;
  };

  it('gets the counts at the start, every 30 seconds and when the page is hidden, never empty ones, and the rest at the end', async () => {
    take.mockResolvedValueOnce(report(1)).mockResolvedValueOnce(EMPTY_REPORT).mockResolvedValueOnce(report(2));
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

  it('gets a visitor without counts', async () => {
    const none = { visitors: 0, sum: 0, squares: 0 };
    const visitor = {
      key: 'k'.repeat(22),
      variant: 'test/on',
      visitors: 1,
      impressions: none,
      clicks: none,
      carts: none,
      purchases: none,
      products: { clicksImpressions: 0, purchasesClicks: 0 },
      revenue: {},
    };
    take.mockResolvedValue(EMPTY_REPORT).mockResolvedValueOnce({ ...EMPTY_REPORT, visitors: [visitor] });
    hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(0);
    expect(onMetric.mock.calls).toEqual([[[], [visitor], []]]);
    // It confirms sent reports at once, unless the hook fails.
    expect(take.mock.calls).toEqual([[[]], [[visitor.key]]]);
    take.mockResolvedValueOnce({ ...EMPTY_REPORT, visitors: [visitor] });
    onMetric.mockRejectedValueOnce(new Error('offline'));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(take.mock.calls.slice(2)).toEqual([[[]]]);
  });

  it('has the counts ready when the page is left, before the worker can answer', async () => {
    const own = await begun();
    take.mockResolvedValueOnce(report(1)).mockResolvedValueOnce(report(2));
    void own.soon();
    void own.soon();
    await vi.advanceTimersByTimeAsync(10);
    expect(onMetric).not.toHaveBeenCalled();
    take.mockReturnValue(new Promise(() => undefined));
    window.dispatchEvent(new Event('pagehide'));
    // Both answers, added.
    expect(onMetric.mock.calls).toEqual([call(3)]);
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(onMetric).toHaveBeenCalledTimes(1);
  });

  it('is notified when counts are available', async () => {
    const own = await begun();
    let answer: (given: MetricReport) => void = () => undefined;
    take.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const known = own.soon();
    void known.then(() => window.dispatchEvent(new Event('pagehide')));
    await vi.advanceTimersByTimeAsync(10);
    answer(report(1));
    await known;
    expect(onMetric.mock.calls).toEqual([call(1)]);
  });

  it('gets counts that the page wants passed on soon within a second, in one call', async () => {
    const own = await begun();
    take.mockResolvedValueOnce(report(1)).mockResolvedValueOnce(report(2));
    void own.soon();
    await vi.advanceTimersByTimeAsync(900);
    void own.soon();
    await vi.advanceTimersByTimeAsync(100);
    expect(onMetric.mock.calls).toEqual([call(3)]);
  });

  it('gets no held or requested counts after the shopper withdraws consent', async () => {
    const own = await begun();
    let answer: (given: MetricReport) => void = () => undefined;
    take.mockResolvedValueOnce(report(1)).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    void own.soon();
    await vi.advanceTimersByTimeAsync(0);
    void own.soon();
    await vi.advanceTimersByTimeAsync(0);
    own.drop();
    answer(report(2));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onMetric).not.toHaveBeenCalled();
  });

  it('gets a report that it could not send again, also while the page is left, and no other twice', async () => {
    const none = { visitors: 0, sum: 0, squares: 0 };
    const counted = { visitors: 1, impressions: none, clicks: none, carts: none, purchases: none };
    const products = { clicksImpressions: 0, purchasesClicks: 0 };
    const one = { key: 'k'.repeat(22), variant: 'test/on', ...counted, products, revenue: {} };
    const both: MetricReport = { ...EMPTY_REPORT, visitors: [one, { ...one, key: 'l'.repeat(22) }] };
    take.mockResolvedValue({ ...EMPTY_REPORT, visitors: [one] });
    onMetric.mockRejectedValueOnce(new Error('status 500')).mockReturnValueOnce(new Promise(() => undefined));
    hooks().add(onMetric);
    await vi.advanceTimersByTimeAsync(0);
    window.dispatchEvent(new Event('pagehide'));
    expect(onMetric.mock.calls).toEqual([
      [[], [one], []],
      [[], [one], []],
    ]);
    // In progress: the worker does not know yet, and returns it again with the next one.
    take.mockResolvedValue(both);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onMetric.mock.lastCall).toEqual([[], [both.visitors[1]], []]);
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

  it('may run beside others: each gets all counts until it ends', async () => {
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
