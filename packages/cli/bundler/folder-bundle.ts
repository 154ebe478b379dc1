import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundle,
  type BundleSink,
  type FetchFile,
  isContentFile,
  MANIFEST_FILE,
  type Manifest,
  openBundle,
  parseManifest,
  putMutable,
  staleNames,
} from '../../../src/core/catalog';
import { codeOf } from '../../../src/core/common/text';
import { invalidInput, SidestreamError } from '../../../src/error';
import { kindOf, makeFolder, replaceFile } from '../../encoders/folders';
import { type LockOptions, withLock } from './lock-file';

/** Reads a bundle from a folder. A missing file gives a 404, as on a web server. */
export function folderFetch(folder: string): FetchFile {
  return async (name) => {
    try {
      const bytes = await readFile(join(folder, name));
      return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
    } catch (error) {
      const missing = codeOf(error) === 'ENOENT';
      return new Response(null, { status: missing ? 404 : 500, statusText: missing ? 'no such file' : String(error) });
    }
  };
}

/** Opens the whole bundle in a folder. @throws SidestreamError `bundle/unreachable` without one; others as `openBundle` */
export async function openFolder(folder: string): Promise<Bundle> {
  const missing = (what: string): SidestreamError => new SidestreamError('bundle/unreachable', what);
  const kind = await kindOf(folder);
  if (kind === 'nothing') throw missing(`There is no folder ${folder}. Check the path.`);
  if (kind === 'file') throw missing(`${folder} is a file. Name the folder of a bundle.`);
  // Reports a folder without a bundle.
  await readManifest(folder);
  return openBundle(folderFetch(folder));
}

/** Writes a bundle into a folder. @throws SidestreamError `runtime/invalid-input` if the file system refuses, as on a full disk */
export async function folderSink(folder: string): Promise<BundleSink> {
  await makeFolder(folder).catch((cause) => {
    throw notWritten(folder, cause);
  });
  return async (name, bytes) => {
    const path = join(folder, name);
    const store = isContentFile(name) ? replaceFile : writeMutable;
    await store(path, bytes).catch((cause) => {
      throw notWritten(path, cause);
    });
  };
}

const REFUSALS: Record<string, string> = {
  ENOSPC: 'its disk is full. Free some space, and run the command again',
  EDQUOT: 'its disk quota is used up. Free some space, and run the command again',
  EACCES: 'this user may not write there. Grant the permission, or name another place',
  EPERM: 'this user may not write there. Grant the permission, or name another place',
  EROFS: 'its disk cannot be written to. Name another place',
  ENOENT: 'its folder takes no such file. Name another place',
  ENOTDIR: 'a part of its path is a file. Name another place',
  EEXIST: 'a file is where its folder should be. Name another place',
  EISDIR: 'a folder is where it should be. Name another place',
};

export function notWritten(path: string, cause: unknown): unknown {
  const why = REFUSALS[codeOf(cause)];
  if (why === undefined) return cause;
  return invalidInput(`${path} cannot be written: ${why}.`, { cause });
}

/** Files of a folder named in an error. */
const NAMED = 3;
/** Names beside those of `isContentFile` that a folder without a bundle may have: hidden files, and what a removed bundle has left. */
const HARMLESS = /^(\..*|(rules|offers(-.+)?)\.json)$/;

/**
 * Checks that a build would not write among files that have nothing to do with it: the folder is missing or empty, or has a bundle.
 * @throws SidestreamError `runtime/invalid-input` if not
 */
export async function requireOwnFolder(option: string, folder: string): Promise<void> {
  const names = (await kindOf(folder)) === 'folder' ? await readdir(folder) : [];
  if (names.some(isContentFile)) return;
  const foreign = names.filter((name) => !HARMLESS.test(name)).sort();
  if (foreign.length === 0) return;
  const shown = `${foreign.slice(0, NAMED).join(', ')}${foreign.length > NAMED ? ', …' : ''}`;
  throw invalidInput(
    `${option} ${folder}: the folder has other files (${shown}) and no bundle, and a bundle has many files. Name a new folder, such as ${join(folder, 'bundle')}.`,
  );
}

/** Removes the files of earlier builds, except those of these bundles and of their predecessors, which open pages still read. */
export async function removeStale(folder: string, ...manifests: Manifest[]): Promise<void> {
  const stale = await staleNames(await readdir(folder), manifests, folderFetch(folder));
  await Promise.all(stale.map((name) => rm(join(folder, name))));
}

/** The lock of a bundle, in its folder, because containers may share nothing else. Many hosts and servers leave out such names. */
const LOCK = '.sidestream.lock';

/**
 * Runs some work while no other run writes the bundle in a folder: its manifest, or a file that the manifest names. Read what is to
 * be changed within the work. See `withLock`.
 * @param out its folder, which is created if it is missing
 */
export const withBundle = <T>(out: string, work: () => Promise<T>, say?: LockOptions['say']): Promise<T> =>
  withLock(join(out, LOCK), work, { what: `the bundle in ${out}`, say });

/** The files of a bundle that change between builds. */
type MutableFiles = Pick<Manifest, 'offers' | 'rules'>;

/** @throws SidestreamError `bundle/unreachable` if there is no bundle, `bundle/invalid`, `bundle/unknown-version` */
export async function readManifest(out: string): Promise<Manifest> {
  const path = join(out, MANIFEST_FILE);
  const bytes = await readFile(path).catch((cause) => {
    const text = `There is no bundle in ${out}: ${path} cannot be read. Check the path, or build one: \`sidestream build <catalogue> --out ${out}\`.`;
    throw new SidestreamError('bundle/unreachable', text, { cause });
  });
  return parseManifest(new Uint8Array(bytes).buffer, path);
}

/**
 * Changes the files named in the present manifest. Call it within `withBundle`.
 * @param change the files to name instead; null if nothing changes
 */
export async function nameMutable(out: string, change: (named: MutableFiles) => MutableFiles | null): Promise<void> {
  const manifest = await readManifest(out);
  const named = change(manifest);
  if (!named) return;
  const next = await putMutable(manifest, named, await folderSink(out));
  await removeStale(out, next, manifest);
}

/** Removes a file that changes between builds. @param unname as the `change` of `nameMutable` */
export async function removeMutable(
  out: string,
  file: string,
  unname: (named: MutableFiles) => MutableFiles | null,
): Promise<void> {
  await readManifest(out);
  await withBundle(out, async () => {
    // Update the manifest first: it must not name a missing file.
    await nameMutable(out, unname);
    await rm(join(out, file), { force: true });
  });
}

/** Writes a file of a bundle, complete or not at all. Call it within `withBundle`. @returns whether the content changed */
export async function writeMutable(path: string, bytes: Uint8Array): Promise<boolean> {
  const before = await readFile(path).catch(() => null);
  // An unchanged file keeps its modification time, which many hosts use to confirm that a browser's copy is still valid.
  if (before?.equals(bytes)) return false;
  await replaceFile(path, bytes);
  return true;
}
