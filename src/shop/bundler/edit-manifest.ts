import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE, type Manifest, parseManifest, putMutable } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { lockedBuild } from './build-folder';
import { folderSink, removeStale } from './folder-bundle';
import { replaceFile } from './folders';

/** Number of attempts to lock the manifest, and the time between two of them, ms. */
const TRIES = 100;
const BETWEEN = 50;

/** The files of a bundle that change between builds. */
type MutableFiles = Pick<Manifest, 'offers' | 'rules'>;

/** @throws SidestreamError `bundle/unreachable` if there is no bundle, `bundle/invalid`, `bundle/unknown-version` */
export async function readManifest(out: string): Promise<Manifest> {
  const path = join(out, MANIFEST_FILE);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const text = `There is no bundle in ${out}: ${path} cannot be read. Check the path, or build one: \`sidestream build <catalogue> --out ${out}\`.`;
    throw new SidestreamError('bundle/unreachable', text, { cause });
  }
  return parseManifest(new Uint8Array(bytes).buffer, path);
}

/**
 * Changes the mutable files named in the present manifest, which a build or another command may have replaced.
 * @param change receives the named files and returns their replacement
 */
export async function nameMutable(out: string, change: (named: MutableFiles) => MutableFiles): Promise<void> {
  const put = async (): Promise<void> => {
    const manifest = await readManifest(out);
    const { offers, rules } = manifest;
    const next = await putMutable(manifest, change({ offers, rules }), await folderSink(out));
    await removeStale(out, next, manifest);
  };
  for (let tries = 1; ; tries++) {
    try {
      await lockedBuild(out, put);
      return;
    } catch (thrown) {
      if (SidestreamError.from(thrown).code !== 'build/locked' || tries === TRIES) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN));
    }
  }
}

/** Writes a file of a bundle, complete or not at all. @returns whether the content changed */
export async function writeMutable(path: string, bytes: Uint8Array): Promise<boolean> {
  const before = await readFile(path).catch(() => null);
  // An unchanged file keeps its modification time, which many hosts use to confirm that a browser's copy is still valid.
  if (before?.equals(bytes)) return false;
  // Two concurrent runs must not write to the same file.
  await replaceFile(path, bytes, `${path}.${process.pid}.part`);
  return true;
}
