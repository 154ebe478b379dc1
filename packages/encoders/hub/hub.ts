import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pRetry from 'p-retry';
import { codeOf, messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import { type Meter, progressTo } from '../../shop/pipeline';

/** Default endpoint; HF_ENDPOINT may name a mirror. */
const HUB_ENDPOINT = 'https://huggingface.co';

/** The settings that the hub's own tools use: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE, HF_HOME. */
export function hubSettings() {
  const { env } = process;
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (env.HF_ENDPOINT || HUB_ENDPOINT).replace(/\/+$/, ''),
    /** Sent to the endpoint only, never to another host. */
    token: env.HF_TOKEN,
    /** Whether to use only the cache, without the network. */
    offline: /^(1|true|yes|on)$/i.test(env.HF_HUB_OFFLINE ?? ''),
    /** Folder of the cache, which is shared with the hub's own tools and has their layout. */
    cache: env.HF_HUB_CACHE || join(home, 'hub'),
    /** Milliseconds before the first retry; each further retry waits twice as long. */
    retryMs: 500,
  };
}
export type HubSettings = ReturnType<typeof hubSettings>;

/** Number of retries to reach the hub before the cache is used. */
const RETRIES = 2;
/** Number of retries of a download that bring no byte. */
const DOWNLOAD_RETRIES = 4;
/** Milliseconds without a byte after which a connection counts as broken. */
const IDLE = 30_000;
const MAX_REDIRECTS = 10;

/** A connection that broke or could not be opened. A retry may help. */
class ConnectionLost extends Error {}

interface HubEntry {
  /** Digest of the contents: SHA-256 of a large file, git's SHA-1 of a small one. */
  etag: string;
  size: number;
  commit: string;
}

export class HubRepo {
  /**
   * Folder of the repository in the cache of the hub's tools: `blobs/<etag>` holds contents, `snapshots/<commit>/<file>` links to
   * them, `refs/<revision>` holds a commit.
   */
  readonly #cache: string;
  #commit: string | null = null;

  /** @param repo `<owner>/<name>` */
  constructor(
    private readonly settings: HubSettings,
    readonly repo: string,
    private readonly revision: string,
    private readonly meter: Meter,
  ) {
    this.#cache = join(settings.cache, `models--${repo.replaceAll('/', '--')}`);
  }

  get #retry() {
    const shouldRetry = ({ error }: { error: Error }): boolean => error instanceof ConnectionLost;
    return { minTimeout: this.settings.retryMs, shouldRetry };
  }

  /** The commit that the files came from; the given revision before the first file. */
  get resolved(): string {
    return this.#commit ?? this.revision;
  }

  /**
   * Gets a file, from the cache if the hub still has the same contents or cannot be reached.
   * @returns its path; null if the repository has no such file
   * @throws SidestreamError `encoder/offline` if it is neither cached nor reachable; `encoder/*` if the hub refuses it;
   *   `encoder/download-failed`, after which another run continues; `encoder/digest-mismatch`
   */
  async file(path: string): Promise<string | null> {
    const { endpoint, offline } = this.settings;
    if (offline) return this.#cached(path, 'HF_HUB_OFFLINE is set');
    const url = `${endpoint}/${this.repo}/resolve/${encodeURIComponent(this.resolved)}/${path}`;
    let entry: HubEntry | null;
    try {
      entry = await pRetry(() => this.#ask(url), { ...this.#retry, retries: RETRIES });
    } catch (thrown) {
      if (!(thrown instanceof ConnectionLost)) throw thrown;
      return this.#cached(path, `${endpoint} cannot be reached: ${thrown.message}`);
    }
    if (!entry) return null;
    const { etag, commit } = entry;
    // All files of one run belong to one commit, even if the branch moves meanwhile.
    if (!this.#commit && this.revision !== commit) {
      const ref = join(this.#cache, 'refs', this.revision);
      await mkdir(dirname(ref), { recursive: true });
      await writeFile(ref, commit);
    }
    this.#commit ??= commit;
    const blob = join(this.#cache, 'blobs', etag);
    await mkdir(dirname(blob), { recursive: true });
    if (!existsSync(blob)) await this.#download(url, entry, blob);
    const full = join(this.#cache, 'snapshots', commit, path);
    await mkdir(dirname(full), { recursive: true });
    await rm(full, { force: true });
    // Windows allows links only to some users: a copy works too.
    await symlink(relative(dirname(full), blob), full).catch(() => copyFile(blob, full));
    return full;
  }

  async #cached(path: string, why: string): Promise<string | null> {
    this.#commit ??= await this.#knownCommit();
    if (this.#commit === null) {
      const message = `${this.repo} at ${this.revision} is not in ${this.settings.cache}, and ${why}. Run once with a connection.`;
      throw new SidestreamError('encoder/offline', message);
    }
    const full = join(this.#cache, 'snapshots', this.#commit, path);
    return existsSync(full) ? full : null;
  }

  /** The commit to which the revision last resolved; a commit resolves to itself. */
  async #knownCommit(): Promise<string | null> {
    if (/^[0-9a-f]{40}$/.test(this.revision)) return this.revision;
    const ref = join(this.#cache, 'refs', this.revision);
    return existsSync(ref) ? (await readFile(ref, 'utf8')).trim() : null;
  }

  /** A request to the hub. The platform leaves out the token where a redirect leads to another origin. */
  async #request(url: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
    const { token } = this.settings;
    const headers = {
      'accept-encoding': 'identity',
      ...init.headers,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const response = await fetch(url, { ...init, headers }).catch((cause) => {
      throw new ConnectionLost(reason(cause), { cause });
    });
    if (response.status === 429 || response.status >= 500) throw new ConnectionLost(`it answered ${response.status}`);
    return response;
  }

  /**
   * The metadata of a file; null if the repository has none. It is in the answer of the hub itself, which redirects to other hosts for large
   * files; those answer only GET.
   */
  async #ask(start: string): Promise<HubEntry | null> {
    let [url, response] = [start, await this.#head(start)];
    for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
      const next = new URL(response.headers.get('location') ?? url, url).href;
      if (next === url || new URL(next).origin !== new URL(url).origin) break;
      [url, response] = [next, await this.#head(next)];
    }
    const { status, headers } = response;
    if (status === 404 && !/^(Repo|Revision)NotFound$/.test(headers.get('x-error-code') ?? '')) return null;
    if (status >= 400) throw this.#refused(start, response);
    const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
    const size = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? Number.NaN);
    const commit = headers.get('x-repo-commit') ?? '';
    if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(etag) && size >= 0 && /^[0-9a-f]{40}$/.test(commit))
      return { etag, size, commit };
    const message = `${start} has no digest, size and commit as the hub gives them. Check HF_ENDPOINT.`;
    throw new SidestreamError('encoder/download-failed', message);
  }

  #head = (url: string): Promise<Response> =>
    this.#request(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(IDLE) });

  #refused(url: string, response: Response): SidestreamError {
    const code = response.headers.get('x-error-code');
    if (response.status === 401 || response.status === 403) {
      const why =
        code === 'GatedRepo' ? 'The model is available only to users who accepted its terms' : 'Access was refused';
      const next = this.settings.token
        ? 'Accept the terms on the model’s page with the account of HF_TOKEN, and check the name'
        : 'Set HF_TOKEN to an access token of an account that may read it, and check the name';
      return new SidestreamError('encoder/forbidden', `${why} (${response.status} for ${url}). ${next}.`);
    }
    const what = code === 'RevisionNotFound' ? 'revision' : code === 'RepoNotFound' ? 'repository' : 'file';
    const message = `There is no such ${what} (${response.status} for ${url}). Check the name and --revision.`;
    return new SidestreamError(response.status === 404 ? 'encoder/not-found' : 'encoder/download-failed', message);
  }

  /**
   * Fetches a file into `<target>.part`, continuing where an earlier run or a broken connection stopped, checks its digest, and
   * only then renames it.
   */
  async #download(url: string, { etag, size }: HubEntry, target: string): Promise<void> {
    const part = `${target}.part`;
    // Files under a megabyte are not shown.
    const isShown = size >= 1e6;
    const show = progressTo((count) => this.meter.advance(count));
    if (isShown) this.meter.start(`${url.split('/').at(-1)}, kB`, Math.floor(size / 1000));
    await writeFile(part, '', { flag: 'a' });
    let before = 0;
    const rest = async (): Promise<void> => {
      before = await sizeOf(part);
      const from = before > size ? 0 : before;
      if (from < size) await this.#fetchRest(url, part, from, (bytes) => isShown && show(Math.floor(bytes / 1000)));
      const now = await sizeOf(part);
      if (now !== size) throw new ConnectionLost(`it ended after ${now} of ${size} bytes`);
    };
    const shouldConsumeRetry = async (): Promise<boolean> => (await sizeOf(part)) <= before;
    try {
      await pRetry(rest, { ...this.#retry, retries: DOWNLOAD_RETRIES, shouldConsumeRetry });
    } catch (cause) {
      if (!(cause instanceof ConnectionLost)) throw cause;
      const got = `${((await sizeOf(part)) / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`;
      const message = `${url} broke off at ${got} (${cause.message}). Run again to continue from there.`;
      throw new SidestreamError('encoder/download-failed', message, { cause });
    } finally {
      if (isShown) this.meter.stop();
    }
    await checkDigest(part, { etag, size }, url);
    await rename(part, target);
  }

  /** @param have bytes of the part that exist */
  async #fetchRest(url: string, part: string, have: number, show: (bytes: number) => void): Promise<void> {
    const abort = new AbortController();
    const idle = setTimeout(() => abort.abort(new Error('no byte arrived for too long')), IDLE);
    try {
      const headers = have > 0 ? { range: `bytes=${have}-` } : undefined;
      const response = await this.#request(url, { headers, signal: abort.signal });
      if (response.status >= 400) throw this.#refused(url, response);
      const from = response.status === 206 ? have : 0;
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
}

/** Why a fetch failed; undici puts the reason into `cause`. */
function reason(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  return messageOf(cause) || codeOf(cause);
}

/** The digest of an etag: SHA-256 for files outside git, otherwise git's own SHA-1 of length and contents. */
async function checkDigest(path: string, { etag, size }: Pick<HubEntry, 'etag' | 'size'>, url: string): Promise<void> {
  const git = etag.length === 40;
  const hash = createHash(git ? 'sha1' : 'sha256');
  if (git) hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual === etag) return;
  await rm(path, { force: true });
  const message = `${url} has the digest ${actual}, but the hub names ${etag}. It was deleted; run again.`;
  throw new SidestreamError('encoder/digest-mismatch', message);
}

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;
