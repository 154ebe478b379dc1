import { SidestreamError } from '../error';

/** How long a call is waited for. */
export interface CallOptions {
  /** Aborting it rejects the call with `runtime/aborted`; the error's `cause` is the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds, above 0, after which the call rejects with `runtime/timeout`. Default: none. */
  timeout?: number;
}

/**
 * Waits for an answer no longer than wanted. What was begun elsewhere goes on; its answer is dropped.
 * @param work is not begun when the signal is aborted already
 * @param what the method, for the message
 * @throws SidestreamError `runtime/aborted`, `runtime/timeout`, `runtime/invalid-input`
 */
export async function withDeadline<T>(
  work: () => Promise<T>,
  { signal, timeout }: CallOptions,
  what: string,
): Promise<T> {
  if (timeout !== undefined && !(timeout > 0)) {
    throw new SidestreamError('runtime/invalid-input', `${what}: timeout: must be a number of milliseconds above 0.`);
  }
  const aborted = (): SidestreamError =>
    new SidestreamError('runtime/aborted', `${what} was aborted by its signal; ask again when it is wanted.`, {
      cause: signal?.reason,
    });
  if (signal?.aborted) throw aborted();
  if (!signal && timeout === undefined) return work();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const cut = new Promise<never>((_, reject) => {
    onAbort = () => reject(aborted());
    signal?.addEventListener('abort', onAbort, { once: true });
    if (timeout === undefined) return;
    const late = `${what} had no answer after ${timeout} ms. Ask again, show what the page has, or allow more time.`;
    timer = setTimeout(() => reject(new SidestreamError('runtime/timeout', late)), Math.min(timeout, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([work(), cut]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
