import pRetry, { AbortError } from 'p-retry';
import type { Fetch } from './fetch-public';

export interface FetchLimits {
  /** Sends the request. Default: the global `fetch`, which connects to any host. */
  fetch?: Fetch;
  headers?: Record<string, string>;
  /** Milliseconds until the answer begins, or until it ends where `whole` reads it. Default 30,000. */
  timeout?: number;
  /** Tries after the first. Default 3. */
  retries?: number;
  /** Milliseconds before the second try; doubled before each further one. Default 500. */
  backoff?: number;
}

/** Answers after which another try may help. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Gets an http(s) address. Tries again when the network or the server fails, when the server is busy and when it takes too
 * long; any other answer is the caller's to judge.
 * @param read reads the answer within the same try and time; what it throws leads to another try. Default: the answer as
 *   it is, its body unread
 * @throws Error with the reason in words, when no try led to an answer
 */
export function fetchRetried(url: string, limits?: FetchLimits): Promise<Response>;
export function fetchRetried<T>(url: string, limits: FetchLimits, read: (response: Response) => Promise<T>): Promise<T>;
export async function fetchRetried<T>(
  url: string,
  { fetch = globalThis.fetch, headers, timeout = 30_000, retries = 3, backoff = 500 }: FetchLimits = {},
  read?: (response: Response) => Promise<T>,
): Promise<T | Response> {
  const once = async (): Promise<T | Response> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error(`${url} took longer than ${timeout / 1000} s`)), timeout);
    try {
      const response = await fetch(url, { headers, signal: abort.signal });
      if (PASSING.has(response.status)) {
        await response.body?.cancel();
        throw new Error(`${url} answered ${response.status}`);
      }
      return read ? await read(response) : response;
    } catch (error) {
      if (abort.signal.aborted) throw abort.signal.reason;
      throw networkError(url, error);
    } finally {
      clearTimeout(timer);
    }
  };
  return pRetry(once, { retries, minTimeout: backoff, factor: 2, randomize: false });
}

/** Undici says "fetch failed" and puts the reason into `cause`. */
function networkError(url: string, error: unknown): Error {
  if (!(error instanceof TypeError)) return error instanceof Error ? error : new Error(String(error));
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  const named = new Error(`${url} cannot be fetched: ${reason}`, { cause: error });
  return /redirect|invalid url|unknown scheme/i.test(reason) ? new AbortError(named) : named;
}
