import type { CallOptions } from '../../device/protocol';
import { type ErrorCode, SidestreamError } from '../../error';

/**
 * Waits for an answer until a timeout or an abort. The work itself then continues; its answer is dropped.
 * @param work not started if the signal is already aborted
 * @param what name of the method, for the message
 * @throws SidestreamError `runtime/aborted`, `runtime/timeout`, `runtime/invalid-input`
 */
export async function withDeadline<T>(work: () => Promise<T>, wait: CallOptions, what: string): Promise<T> {
  const { signal, timeout } = wait ?? {};
  if (
    (signal !== undefined && typeof signal?.aborted !== 'boolean') ||
    (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
  ) {
    const text = `${what}: signal must be an AbortSignal, timeout a number of milliseconds above 0.`;
    throw new SidestreamError('runtime/invalid-input', text);
  }
  if (!signal && timeout === undefined) return work();
  return new Promise((resolve, reject) => {
    const cut = (code: ErrorCode, text: string, cause?: unknown): void =>
      reject(new SidestreamError(code, `${what} ${text}`, { cause }));
    const onAbort = (): void => cut('runtime/aborted', 'was aborted by its signal.', signal?.reason);
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    const onTime = (): void =>
      cut('runtime/timeout', `had no answer after ${timeout} ms. Show the page's own content, or allow more time.`);
    const timer = timeout && setTimeout(onTime, Math.min(timeout, 2 ** 31 - 1));
    work()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      });
  });
}
