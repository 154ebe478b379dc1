import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE, type Manifest, parseManifest, putMutable } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { lockedBuild } from './build-folder';
import { folderSink, removeStale } from './folder-bundle';

/** Tries for the lock of the manifest, and ms between two of them. */
const TRIES = 100;
const BETWEEN = 50;

/** The files of a bundle that change between builds. */
type MutableFiles = Pick<Manifest, 'offers' | 'rules'>;

/** @throws SidestreamError `bundle/unreachable` where there is no bundle, `bundle/invalid`, `bundle/unknown-version` */
export async function readManifest(out: string): Promise<Manifest> {
  const path = join(out, MANIFEST_FILE);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const text = `There is no bundle in ${out}: ${path} cannot be read. Check the path, or make one: \`sidestream build <catalogue> --out ${out}\`.`;
    throw new SidestreamError('bundle/unreachable', text, { cause });
  }
  return parseManifest(new Uint8Array(bytes).buffer, path);
}

/**
 * Names other mutable files in the manifest as it is by now: a build, or another command, may have replaced it.
 * @param change gets those that it names; what it returns replaces them
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

/** Writes a file of a bundle, complete or not at all. @returns whether it is another than before */
export async function writeMutable(path: string, bytes: Uint8Array): Promise<boolean> {
  const before = await readFile(path).catch(() => null);
  // An unchanged file keeps its time, by which many hosts answer that a browser's copy is still right.
  if (before?.equals(bytes)) return false;
  // Two runs at a time must not write into one file.
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return true;
}
