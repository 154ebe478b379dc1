import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SidestreamError } from '../../../error';
import type { Meter } from '../../pipeline';
import { askHub, ConnectionLost, download, type HubEntry, type HubSettings } from './hub-download';

/** Number of attempts to reach the hub before the cache is used. */
const TRIES = 3;

export class HubRepo {
  readonly #cache: HubCache;
  #commit: string | null = null;

  /** @param repo `<owner>/<name>` */
  constructor(
    private readonly settings: HubSettings,
    readonly repo: string,
    private readonly revision: string,
    private readonly meter: Meter,
  ) {
    this.#cache = new HubCache(settings.cache, repo);
  }

  /** The commit that the files came from; the given revision if the hub named no commit. */
  get resolved(): string {
    return this.#commit ?? this.revision;
  }

  /**
   * Gets a file, from the cache if the hub still has the same contents or cannot be reached.
   * @returns its path on this machine; null if the repository has no such file
   * @throws SidestreamError `encoder/offline` if it is neither cached nor reachable; other errors as in `download`
   */
  async file(path: string): Promise<string | null> {
    if (this.settings.offline) return this.#cached(path, 'HF_HUB_OFFLINE is set');
    const url = this.#url(path);
    const entry = await this.#ask(url);
    if (typeof entry === 'string') return this.#cached(path, entry);
    if (!entry) return null;
    const commit = entry.commit ?? this.revision;
    // All files of one run belong to one commit, even if the branch moves meanwhile.
    if (!this.#commit) await this.#cache.keepCommit(this.revision, commit);
    this.#commit ??= commit;
    const blob = await this.#cache.blob(entry.etag ?? `${commit}-${path.replaceAll('/', '-')}`);
    const label = path.split('/').at(-1) ?? path;
    if (!existsSync(blob)) await download(this.settings, { url, entry, target: blob, meter: this.meter, label });
    return this.#cache.link(blob, commit, path);
  }

  #url(path: string): string {
    return `${this.settings.endpoint}/${this.repo}/resolve/${encodeURIComponent(this.resolved)}/${path}`;
  }

  /** Metadata of a file, null for a missing file, or the reason why the hub is unreachable. */
  async #ask(url: string): Promise<HubEntry | null | string> {
    let why = '';
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, this.settings.retryMs * 2 ** (attempt - 1)));
      try {
        return await askHub(this.settings, url);
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost)) throw thrown;
        why = `${this.settings.endpoint} cannot be reached: ${thrown.message}`;
      }
    }
    return why;
  }

  async #cached(path: string, why: string): Promise<string | null> {
    this.#commit ??= await this.#cache.commit(this.revision);
    if (this.#commit === null) {
      const message = `${this.repo} at ${this.revision} is not in ${this.settings.cache}, and ${why}. Run once with a connection.`;
      throw new SidestreamError('encoder/offline', message);
    }
    return this.#cache.file(this.#commit, path);
  }
}

/**
 * One repository in the cache of the hub's tools: `blobs/<etag>` holds contents, `snapshots/<commit>/<file>` links to them,
 * `refs/<revision>` holds a commit.
 */
export class HubCache {
  readonly #root: string;

  constructor(folder: string, repo: string) {
    this.#root = join(folder, `models--${repo.replaceAll('/', '--')}`);
  }

  /** The commit to which a revision last resolved; a commit resolves to itself. */
  async commit(revision: string): Promise<string | null> {
    if (/^[0-9a-f]{40}$/.test(revision)) return revision;
    const ref = join(this.#root, 'refs', revision);
    return existsSync(ref) ? (await readFile(ref, 'utf8')).trim() : null;
  }

  async keepCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const ref = join(this.#root, 'refs', revision);
    await mkdir(dirname(ref), { recursive: true });
    await writeFile(ref, commit);
  }

  file(commit: string, path: string): string | null {
    const full = join(this.#root, 'snapshots', commit, path);
    return existsSync(full) ? full : null;
  }

  async blob(etag: string): Promise<string> {
    const folder = join(this.#root, 'blobs');
    await mkdir(folder, { recursive: true });
    return join(folder, etag);
  }

  async link(blob: string, commit: string, path: string): Promise<string> {
    const full = join(this.#root, 'snapshots', commit, path);
    await mkdir(dirname(full), { recursive: true });
    await rm(full, { force: true });
    // Windows allows links only to some users: a copy works too.
    await symlink(relative(dirname(full), blob), full).catch(() => copyFile(blob, full));
    return full;
  }
}
