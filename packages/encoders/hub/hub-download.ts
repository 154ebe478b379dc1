import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SidestreamError } from '../../../src/error';
import { type Meter, progressTo } from '../../shop/pipeline';

export interface HubEntry {
  /** Digest of the contents: SHA-256 of a large file, git's SHA-1 of a small one. */
  etag: string | null;
  /** Size in bytes; null if the hub does not give it. */
  size: number | null;
  commit: string | null;
}

const REDIRECTS = 10;

/** A connection that broke or could not be opened. A retry may help. */
export class ConnectionLost extends Error {}

/** The metadata of a file; null if the repository has none. @throws SidestreamError `encoder/*`; ConnectionLost */
export async function askHub(settings: HubSettings, url: string): Promise<HubEntry | null> {
  const { response, hops } = await requestHub(settings, url, { method: 'HEAD' });
  if (response.status === 404 && !/^(Repo|Revision)NotFound$/.test(response.headers.get('x-error-code') ?? '')) {
    return null;
  }
  if (response.status >= 400) throw requestError(settings, url, response);
  const first = (name: string): string | null => hops.map((hop) => hop.headers.get(name)).find(Boolean) ?? null;
  const etag = (first('x-linked-etag') ?? first('etag'))?.replace(/^W\//, '').replaceAll('"', '') ?? null;
  const size = first('x-linked-size') ?? response.headers.get('content-length');
  return {
    etag: etag && /^[\w-]+$/.test(etag) ? etag : null,
    size: size === null ? null : Number(size),
    commit: /^[0-9a-f]{40}$/.exec(first('x-repo-commit') ?? '')?.[0] ?? null,
  };
}

/**
 * Follows redirects manually: only the hub may receive the token. A HEAD request stops before another host: large files are on
 * servers that answer only GET, and the hub has sent all metadata by then.
 * @param from first byte that a GET request asks for
 */
export async function requestHub(
  settings: HubSettings,
  start: string,
  { method, from = 0, signal }: { method: 'HEAD' | 'GET'; from?: number; signal?: AbortSignal },
) {
  const hops: Response[] = [];
  const hub = new URL(settings.endpoint);
  let url = start;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const ours = isHub(new URL(url), hub);
    if (!ours && method === 'HEAD') return { response: hops[hops.length - 1], hops };
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
        'accept-encoding': 'identity',
        ...(ours && settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
      },
      signal: signal ?? AbortSignal.timeout(settings.idleMs),
    }).catch((cause) => {
      throw new ConnectionLost(reason(cause), { cause });
    });
    hops.push(response);
    if (response.status === 429 || response.status >= 500) throw new ConnectionLost(`it answered ${response.status}`);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !location) return { response, hops };
    await response.body?.cancel();
    url = new URL(location, url).href;
  }
  throw new SidestreamError('encoder/download-failed', `${start} has too many redirects. Check HF_ENDPOINT.`);
}

/** Whether an address has the hub's origin, or the same host over https if the hub is configured with http. */
const isHub = (url: URL, hub: URL): boolean =>
  url.origin === hub.origin || (hub.protocol === 'http:' && url.origin === `https://${hub.hostname}`);

function requestError({ token }: HubSettings, url: string, response: Response): SidestreamError {
  const code = response.headers.get('x-error-code');
  if (response.status === 401 || response.status === 403) {
    const why =
      code === 'GatedRepo' ? 'The model is available only to users who accepted its terms' : 'Access was refused';
    const next = token
      ? 'Accept the terms on the model’s page with the account of HF_TOKEN, and check the name'
      : 'Set HF_TOKEN to an access token of an account that may read it, and check the name';
    return new SidestreamError('encoder/forbidden', `${why} (${response.status} for ${url}). ${next}.`);
  }
  const what = code === 'RevisionNotFound' ? 'revision' : code === 'RepoNotFound' ? 'repository' : 'file';
  const message = `There is no such ${what} (${response.status} for ${url}). Check the name and --revision.`;
  return new SidestreamError(response.status === 404 ? 'encoder/not-found' : 'encoder/download-failed', message);
}

/** Why a fetch failed; undici puts the reason into `cause`. */
function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : thrown.message;
}

/** Default endpoint; HF_ENDPOINT may name a mirror. */
const HUB_ENDPOINT = 'https://huggingface.co';

export interface HubSettings {
  endpoint: string;
  /** Sent to the endpoint only, never to another host. */
  token?: string;
  /** Whether to use only the cache, without the network. */
  offline: boolean;
  /** Folder of the cache, which is shared with the hub's own tools and has their layout. */
  cache: string;
  /** Milliseconds without a byte after which a connection counts as broken. */
  idleMs: number;
  /** Milliseconds before the first retry; each further retry waits twice as long. */
  retryMs: number;
}

/** Reads the settings the hub's own tools use: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE, HF_HOME. */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (env.HF_ENDPOINT || HUB_ENDPOINT).replace(/\/+$/, ''),
    ...(env.HF_TOKEN ? { token: env.HF_TOKEN } : {}),
    offline: /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? ''),
    cache: env.HF_HUB_CACHE || join(home, 'hub'),
    idleMs: 30_000,
    retryMs: 500,
  };
}

/** Maximum number of consecutive attempts without a byte. */
const TRIES = 5;

/**
 * Fetches a file into `<target>.part`, continuing where an earlier run or a broken connection stopped, checks its digest, and
 * only then renames it.
 * @throws SidestreamError `encoder/download-failed`, after which another run continues; `encoder/digest-mismatch`; others as
 *   `askHub`, also if the file is missing
 */
export async function download(
  settings: HubSettings,
  { url, entry, target, meter, label }: { url: string; entry: HubEntry; target: string; meter: Meter; label: string },
): Promise<void> {
  const part = `${target}.part`;
  const { size, etag } = entry;
  const progress = byteMeter(meter, label, size);
  try {
    let failures = 0;
    await (await open(part, 'a')).close();
    for (let have = await sizeOf(part); have !== size || size === null; ) {
      try {
        await fetchRest(settings, url, part, size !== null && have > size ? 0 : have, progress.show);
        if (size === null) break;
        have = await sizeOf(part);
        if (have !== size) throw new ConnectionLost(`it ended after ${have} of ${size} bytes`);
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost)) throw thrown;
        const now = await sizeOf(part);
        failures = now > have ? 1 : failures + 1;
        have = now;
        if (failures >= TRIES) throw broken(url, have, size, thrown);
        await new Promise((resolve) => setTimeout(resolve, settings.retryMs * 2 ** (failures - 1)));
      }
    }
  } finally {
    progress.stop();
  }
  await checkDigest(part, etag, url);
  await rename(part, target);
}

async function fetchRest(
  settings: HubSettings,
  url: string,
  part: string,
  have: number,
  show: (bytes: number) => void,
): Promise<void> {
  const abort = new AbortController();
  const idle = setTimeout(() => abort.abort(new Error('no byte arrived for too long')), settings.idleMs);
  try {
    const { response } = await requestHub(settings, url, { method: 'GET', from: have, signal: abort.signal });
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new ConnectionLost('the existing part no longer fits');
    }
    if (response.status >= 400) throw requestError(settings, url, response);
    const start = response.status === 206 ? startOf(response) : 0;
    const from = start === have ? have : 0;
    if (start !== from) throw new ConnectionLost('it sent a range other than the requested one');
    const file = await open(part, from > 0 ? 'a' : 'w');
    let bytes = from;
    show(bytes);
    try {
      for await (const chunk of response.body ?? []) {
        idle.refresh();
        await file.write(chunk).catch((cause) => {
          const message = `${part} cannot be written (${String(cause)}). Free some disk space and run again.`;
          throw new SidestreamError('encoder/download-failed', message, { cause });
        });
        bytes += chunk.length;
        show(bytes);
      }
    } catch (cause) {
      if (cause instanceof SidestreamError) throw cause;
      throw new ConnectionLost(String(cause), { cause });
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(idle);
  }
}

/** First byte of a partial answer. */
const startOf = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);

/** The digest in an etag: SHA-256 for files outside git, otherwise git's own SHA-1 of length and contents. */
async function checkDigest(path: string, etag: string | null, url: string): Promise<void> {
  const git = /^[0-9a-f]{40}$/.test(etag ?? '');
  if (!etag || (!git && !/^[0-9a-f]{64}$/.test(etag))) return;
  const hash = createHash(git ? 'sha1' : 'sha256');
  if (git) hash.update(`blob ${await sizeOf(path)}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual === etag) return;
  await rm(path, { force: true });
  const message = `${url} has the digest ${actual}, but the hub names ${etag}. It was deleted; run again.`;
  throw new SidestreamError('encoder/digest-mismatch', message);
}

function broken(url: string, have: number, size: number | null, cause: ConnectionLost): SidestreamError {
  const got = `${(have / 1e6).toFixed(1)} of ${size === null ? '?' : (size / 1e6).toFixed(1)} MB`;
  const message = `${url} broke off at ${got} (${cause.message}). Run again to continue from there.`;
  return new SidestreamError('encoder/download-failed', message, { cause });
}

/** 0 for a missing file. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Shows bytes as whole kilobytes. Files under a megabyte are not shown. */
function byteMeter(meter: Meter, label: string, size: number | null) {
  if (size === null || size < 1e6) return { show: () => {}, stop: () => {} };
  const show = progressTo((count) => meter.advance(count));
  meter.start(`${label}, kB`, Math.floor(size / 1000));
  /** The number of bytes that exist falls if some are fetched again. */
  return { show: (bytes: number) => show(Math.floor(bytes / 1000)), stop: () => meter.stop() };
}
