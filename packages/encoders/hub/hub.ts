import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import pRetry from 'p-retry';
import { SidestreamError } from '../../../src/error';
import type { Meter } from '../../shop/pipeline';
import { askHub, ConnectionLost, download, type HubEntry, type HubSettings } from './hub-download';

/** Number of retries to reach the hub before the cache is used. */
const RETRIES = 2;

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

  /** The commit that the files came from; the given revision if the hub named no commit. */
  get resolved(): string {
    return this.#commit ?? this.revision;
  }

  /**
   * Gets a file, from the cache if the hub still has the same contents or cannot be reached.
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
    if (!this.#commit) await this.#keepCommit(commit);
    this.#commit ??= commit;
    const blobs = join(this.#cache, 'blobs');
    await mkdir(blobs, { recursive: true });
    const blob = join(blobs, entry.etag ?? `${commit}-${path.replaceAll('/', '-')}`);
    const label = path.split('/').at(-1) ?? path;
    if (!existsSync(blob)) await download(this.settings, { url, entry, target: blob, meter: this.meter, label });
    return this.#link(blob, commit, path);
  }

  #url(path: string): string {
    return `${this.settings.endpoint}/${this.repo}/resolve/${encodeURIComponent(this.resolved)}/${path}`;
  }

  /** Metadata of a file, null for a missing file, or the reason why the hub is unreachable. */
  #ask(url: string): Promise<HubEntry | null | string> {
    const { endpoint, retryMs } = this.settings;
    const retry = { retries: RETRIES, minTimeout: retryMs, factor: 2, randomize: false };
    return pRetry(() => askHub(this.settings, url), {
      ...retry,
      shouldRetry: ({ error }) => error instanceof ConnectionLost,
    }).catch((thrown) => {
      if (!(thrown instanceof ConnectionLost)) throw thrown;
      return `${endpoint} cannot be reached: ${thrown.message}`;
    });
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

  async #keepCommit(commit: string): Promise<void> {
    if (this.revision === commit) return;
    const ref = join(this.#cache, 'refs', this.revision);
    await mkdir(dirname(ref), { recursive: true });
    await writeFile(ref, commit);
  }

  /** Puts contents into a snapshot. @returns the path there */
  async #link(blob: string, commit: string, path: string): Promise<string> {
    const full = join(this.#cache, 'snapshots', commit, path);
    await mkdir(dirname(full), { recursive: true });
    await rm(full, { force: true });
    // Windows allows links only to some users: a copy works too.
    await symlink(relative(dirname(full), blob), full).catch(() => copyFile(blob, full));
    return full;
  }
}
