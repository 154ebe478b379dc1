import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import ipaddr from 'ipaddr.js';
import pRetry, { AbortError } from 'p-retry';

export type Fetch = (
  url: string,
  options: { headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<Response>;

const REDIRECTS = 5;
const BODILESS = new Set([204, 205, 304]);

/**
 * A `fetch` for untrusted addresses, such as those in a feed. It connects to public addresses only: every address to which a name
 * resolves is checked when the connection is made, so no alternative spelling, name server or redirect can lead into the network
 * of this machine.
 * @param allow whether to connect to a non-public address
 * @returns a function that rejects with p-retry's AbortError if a retry would not help (a private address, more than 5 redirects,
 *   a scheme other than http and https), and otherwise, like `fetch`, with a TypeError that has a cause
 */
export function publicFetch(allow: (address: string) => boolean): Fetch {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  const may = (address: string): boolean => isPublic(address) || allow(address);
  const lookup: LookupFunction = (host, options, done) => {
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      const inside = error ? undefined : found.find(({ address }) => !may(address));
      if (error) done(error, '');
      else if (inside) done(new NotPublic(host, inside.address), '');
      else if (options.all) done(null, found);
      else done(null, found[0].address, found[0].family);
    });
  };
  const once = async (url: URL, { headers, signal }: Parameters<Fetch>[1]): Promise<http.IncomingMessage> => {
    const { protocol } = url;
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new AbortError(`${url.href} cannot be fetched: only http and https addresses can`);
    }
    // A literal IP address is not looked up, so it is checked here. `URL` has normalized its spelling.
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (ipaddr.isValid(literal) && !may(literal)) throw new AbortError(new NotPublic(literal, literal));
    const { request } = protocol === 'http:' ? http : https;
    const options = {
      agent: agents[protocol],
      headers: { 'accept-encoding': 'identity', ...headers },
      lookup,
      signal,
    };
    try {
      return await new Promise<http.IncomingMessage>((resolve, reject) => {
        request(url, options, resolve).on('error', reject).end();
      });
    } catch (cause) {
      throw cause instanceof NotPublic ? new AbortError(cause) : new TypeError('fetch failed', { cause });
    }
  };
  return async (start, options) => {
    let url = parsed(start);
    for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
      const answer = await once(url, options);
      const { statusCode: status = 0, headers } = answer;
      if (status < 300 || status >= 400 || !headers.location) return toResponse(answer, status);
      answer.destroy();
      url = parsed(headers.location, url);
    }
    throw new AbortError(`${start} cannot be fetched: it has more than ${REDIRECTS} redirects`);
  };
}

function parsed(address: string, base?: URL): URL {
  try {
    return new URL(address, base);
  } catch (cause) {
    throw new AbortError(new Error(`${address} cannot be fetched: it is not an address`, { cause }));
  }
}

function toResponse(answer: http.IncomingMessage, status: number): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const isBare = BODILESS.has(status);
  if (isBare) answer.resume();
  return new Response(isBare ? null : Readable.toWeb(answer), { status, headers });
}

export class NotPublic extends Error {
  constructor(host: string, address: string) {
    const where = host === address ? host : `${host} (${address})`;
    super(`${where} is not a public address, so nothing is fetched from there without --allow-private`);
  }
}

function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  // `::1.2.3.4`, an IPv4 address in the deprecated IPv4-compatible form, which no server uses.
  const deprecated = parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, 6).every((part) => part === 0);
  return parsed.range() === 'unicast' && !deprecated;
}

export interface FetchLimits {
  /** Sends the request. Default: the global `fetch`, which connects to any host. */
  fetch?: Fetch;
  headers?: Record<string, string>;
  /** Milliseconds until the answer starts, or until it ends if `whole` reads it. Default 30,000. */
  timeout?: number;
  /** Number of retries. Default 3. */
  retries?: number;
  /** Milliseconds before the first retry; doubled before each further one. Default 500. */
  backoff?: number;
}

/** Statuses after which a retry may help. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Fetches an http(s) address. Retries if the network or the server fails or is busy; any other response is left to the caller.
 * @param read reads the answer within the same attempt and time limit; an error that it throws leads to a retry
 */
export function fetchRetried<T>(
  url: string,
  { fetch = globalThis.fetch, headers, timeout = 30_000, retries = 3, backoff = 500 }: FetchLimits,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  const once = async (): Promise<T> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error(`${url} took longer than ${timeout / 1000} s`)), timeout);
    try {
      const response = await fetch(url, { headers, signal: abort.signal });
      if (RETRYABLE.has(response.status)) {
        await response.body?.cancel();
        throw new Error(`${url} answered ${response.status}`);
      }
      return await read(response);
    } catch (error) {
      if (abort.signal.aborted) throw abort.signal.reason;
      throw networkError(url, error);
    } finally {
      clearTimeout(timer);
    }
  };
  return pRetry(once, { retries, minTimeout: backoff, factor: 2, randomize: false });
}

/** Undici's message is only "fetch failed"; the reason is in `cause`. */
function networkError(url: string, error: unknown): Error {
  if (!(error instanceof TypeError)) return error instanceof Error ? error : new Error(String(error));
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  const named = new Error(`${url} cannot be fetched: ${reason}`, { cause: error });
  return /redirect|invalid url|unknown scheme/i.test(reason) ? new AbortError(named) : named;
}
