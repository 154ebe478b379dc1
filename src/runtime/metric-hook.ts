import type { Counts } from './api';

/** Time between two calls of the hook, ms. */
const INTERVAL = 30_000;

/**
 * Hands the shop what was counted: in intervals, when the page is hidden, and at the end.
 * @param onMetric the shop's
 * @param take what was counted since the last call
 * @param fail hears of what either throws
 */
export function watchMetrics(
  onMetric: (counts: Counts[]) => void,
  take: () => Promise<Counts[]>,
  fail: (thrown: unknown) => void,
): { end(last: boolean): Promise<void> } {
  const tell = async (): Promise<void> => {
    try {
      const counts = await take();
      if (counts.length > 0) onMetric(counts);
    } catch (thrown) {
      fail(thrown);
    }
  };
  const ended = new AbortController();
  const timer = setInterval(tell, INTERVAL);
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden') void tell();
  };
  document.addEventListener('visibilitychange', onHidden, { signal: ended.signal });
  return {
    /** @param last whether to tell what is left */
    async end(last) {
      clearInterval(timer);
      ended.abort();
      if (last) await tell();
    },
  };
}
