import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleSink, type FetchFile, type Manifest, publishedNames } from '../catalog';

/** The names that `writeBundle` gives, and their unfinished forms. */
const OURS =
  /^(manifest|items|features|vectors|directory|axes|statistics|ids|projection|text|image|text-tokenizer|base|companions)-[0-9a-f]{16}\.(json|bin|onnx|safetensors)(\.part)?$/;

/** Reads a bundle from a folder. A missing file answers 404, as a web server would. */
export function folderFetch(folder: string): FetchFile {
  return async (name) => {
    try {
      return new Response(await readFile(join(folder, name)));
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return new Response(null, { status: missing ? 404 : 500, statusText: missing ? 'no such file' : String(error) });
    }
  };
}

/** Writes a bundle into a folder, each file complete or not at all. */
export async function folderSink(folder: string): Promise<BundleSink> {
  await mkdir(folder, { recursive: true });
  return async (name, bytes) => {
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
  };
}

/**
 * Removes the files of earlier builds but those of these bundles and of the ones before them, which pages that are open
 * still read. Files of other names are left alone.
 */
export async function removeStale(folder: string, ...manifests: Manifest[]): Promise<void> {
  const wanted = await Promise.all(manifests.map((manifest) => publishedNames(manifest, folderFetch(folder))));
  const stale = (await readdir(folder)).filter((name) => OURS.test(name) && !wanted.some((names) => names.has(name)));
  await Promise.all(stale.map((name) => rm(join(folder, name))));
}
