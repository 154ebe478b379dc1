import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { SidestreamError } from '../../../error';
import type { Meter } from '../../pipeline';
import { ConnectionLost, fetchFromHub, type HubEntry, type HubSettings } from './hub-request';

/** Maximum number of consecutive attempts without a byte. */
const TRIES = 5;

export interface Download {
  url: string;
  entry: HubEntry;
  /** Target path of the contents. */
  target: string;
  meter: Meter;
  label: string;
}

/**
 * Fetches a file into `<target>.part`, continuing where an earlier run or a broken connection stopped, checks its digest, and
 * only then renames it.
 * @throws SidestreamError `encoder/download-failed`, after which another run continues; `encoder/digest-mismatch`; others as
 *   `fetchFromHub`
 */
export async function download(settings: HubSettings, { url, entry, target, meter, label }: Download): Promise<void> {
  const part = `${target}.part`;
  const { size, etag } = entry;
  const progress = byteMeter(meter, label, size);
  try {
    let failures = 0;
    await (await open(part, 'a')).close();
    for (let have = await sizeOf(part); have !== size || size === null; ) {
      try {
        await fetchRest(settings, url, part, size !== null && have > size ? 0 : have, progress);
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
  progress: ByteMeter,
): Promise<void> {
  const abort = new AbortController();
  const idle = setTimeout(() => abort.abort(new Error('no byte arrived for too long')), settings.idleMs);
  try {
    const response = await fetchFromHub(settings, url, have, abort.signal);
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new ConnectionLost('the existing part no longer fits');
    }
    const start = response.status === 206 ? startOf(response) : 0;
    const from = start === have ? have : 0;
    if (start !== from) throw new ConnectionLost('it sent a range other than the requested one');
    const file = await open(part, from > 0 ? 'a' : 'w');
    progress.at(from);
    try {
      for await (const chunk of response.body ?? []) {
        idle.refresh();
        await file.write(chunk).catch((cause) => {
          const message = `${part} cannot be written (${String(cause)}). Free some disk space and run again.`;
          throw new SidestreamError('encoder/download-failed', message, { cause });
        });
        progress.add(chunk.length);
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

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

interface ByteMeter {
  /** Adds bytes that already existed or were fetched again. */
  at(bytes: number): void;
  add(bytes: number): void;
  stop(): void;
}

/** Shows bytes as whole kilobytes. Files under a megabyte are not shown. */
function byteMeter(meter: Meter, label: string, size: number | null): ByteMeter {
  if (size === null || size < 1e6) return { at: () => {}, add: () => {}, stop: () => {} };
  let [bytes, shown] = [0, 0];
  const show = (): void => {
    const now = Math.floor(bytes / 1000);
    if (now > shown) meter.advance(now - shown);
    shown = Math.max(shown, now);
  };
  meter.start(`${label}, kB`, Math.floor(size / 1000));
  return {
    at: (have) => {
      bytes = have;
      show();
    },
    add: (count) => {
      bytes += count;
      show();
    },
    stop: () => meter.stop(),
  };
}
