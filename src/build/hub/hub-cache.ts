import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * One repository in the cache of the hub's tools: `blobs/<etag>` holds contents, `snapshots/<commit>/<file>` links to them,
 * `refs/<revision>` holds a commit.
 */
export class HubCache {
  readonly #root: string;

  constructor(folder: string, repo: string) {
    this.#root = join(folder, `models--${repo.replaceAll('/', '--')}`);
  }

  /** The commit a revision led to when it was last asked; a commit leads to itself. */
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

  /** Path of a file at a commit, or null. */
  file(commit: string, path: string): string | null {
    const full = join(this.#root, 'snapshots', commit, path);
    return existsSync(full) ? full : null;
  }

  /** Where a file's contents belong. */
  async blob(etag: string): Promise<string> {
    const folder = join(this.#root, 'blobs');
    await mkdir(folder, { recursive: true });
    return join(folder, etag);
  }

  /** Puts contents into a snapshot. @returns the path there */
  async link(blob: string, commit: string, path: string): Promise<string> {
    const full = join(this.#root, 'snapshots', commit, path);
    await mkdir(dirname(full), { recursive: true });
    await rm(full, { force: true });
    // Windows grants links to few: a copy does as well.
    await symlink(relative(dirname(full), blob), full).catch(() => copyFile(blob, full));
    return full;
  }
}
