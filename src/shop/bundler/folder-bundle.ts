import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundle,
  type BundleSink,
  type FetchFile,
  MANIFEST_FILE,
  type Manifest,
  openBundle,
  staleNames,
} from '../../core/catalog';
import { codeOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { kindOf, replaceFile } from './folders';

/** Reads a bundle from a folder. A missing file gives a 404, as on a web server. */
export function folderFetch(folder: string): FetchFile {
  return async (name) => {
    try {
      return new Response(await readFile(join(folder, name)));
    } catch (error) {
      const missing = codeOf(error) === 'ENOENT';
      return new Response(null, { status: missing ? 404 : 500, statusText: missing ? 'no such file' : String(error) });
    }
  };
}

/**
 * Opens the whole bundle in a folder.
 * @throws SidestreamError `bundle/unreachable` without a bundle; other errors as in `openBundle`
 */
export async function openFolder(folder: string): Promise<Bundle> {
  const missing = (what: string): SidestreamError => new SidestreamError('bundle/unreachable', what);
  const kind = await kindOf(folder);
  if (kind === 'nothing') throw missing(`There is no folder ${folder}. Check the path.`);
  if (kind === 'file') throw missing(`${folder} is a file. Name the folder of a bundle.`);
  if ((await kindOf(join(folder, MANIFEST_FILE))) === 'nothing') {
    const build = `\`sidestream build <catalogue> --out ${folder}\``;
    throw missing(
      `There is no bundle in ${folder}: it has no ${MANIFEST_FILE}. Check the path, or build one: ${build}.`,
    );
  }
  return openBundle(folderFetch(folder));
}

/**
 * Writes a bundle into a folder, each file complete or not at all.
 * @throws SidestreamError `runtime/invalid-input` if the file system refuses to write, for instance on a full disk
 */
export async function folderSink(folder: string): Promise<BundleSink> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw notWritten(folder, cause);
  });
  return async (name, bytes) => {
    const path = join(folder, name);
    await replaceFile(path, bytes).catch((cause) => {
      throw notWritten(path, cause);
    });
  };
}

/** Remedies for errors of the file system, by code. */
const REFUSALS: Record<string, string> = {
  ENOSPC: 'its disk is full. Free some space, and run the command again',
  EDQUOT: 'its disk quota is used up. Free some space, and run the command again',
  EACCES: 'this user may not write there. Grant the permission, or name another place',
  EPERM: 'this user may not write there. Grant the permission, or name another place',
  EROFS: 'its disk cannot be written to. Name another place',
  ENOTDIR: 'a part of its path is a file. Name another place',
  EEXIST: 'a file is where its folder should be. Name another place',
  EISDIR: 'a folder is where it should be. Name another place',
};

/** The error of writing a file, in words if the cause is known. */
export function notWritten(path: string, cause: unknown): unknown {
  const why = REFUSALS[codeOf(cause)];
  if (why === undefined) return cause;
  return new SidestreamError('runtime/invalid-input', `${path} cannot be written: ${why}.`, { cause });
}

/**
 * Removes the files of earlier builds, except the files of these bundles and of their predecessors, which open pages still read.
 * Other files are not touched.
 */
export async function removeStale(folder: string, ...manifests: Manifest[]): Promise<void> {
  const stale = await staleNames(await readdir(folder), manifests, folderFetch(folder));
  await Promise.all(stale.map((name) => rm(join(folder, name))));
}
