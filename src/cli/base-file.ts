import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addBase, MANIFEST_FILE, openBundle } from '../catalog';
import { SidestreamError } from '../error';
import type { BaseModel } from '../learner/node';
import { folderFetch, folderSink, removeStale } from './folder-bundle';

/** Where a base model was put. */
export interface StoredBase {
  file: string;
  bytes: number;
}

/**
 * Stores a base model in half precision: as a file where `out` ends in `.safetensors`, as part of the bundle where `out`
 * is the folder of one, else as `base.safetensors` in that folder.
 * @param digest of the bundle that it was made for
 * @throws SidestreamError `bundle/invalid` when `out` is the folder of another bundle
 */
export async function storeBase(model: BaseModel, out: string, digest: string): Promise<StoredBase> {
  const bytes = model.save('F16');
  if (await isBundle(out)) {
    const { manifest } = await openBundle(folderFetch(out));
    if (manifest.digest !== digest) {
      throw new SidestreamError(
        'bundle/invalid',
        `${out} is another bundle than the one the base model was made for; give that one, or a new folder.`,
      );
    }
    const next = await addBase(manifest, bytes, model.config, await folderSink(out));
    await removeStale(out, next);
    return { file: join(out, next.base?.file ?? ''), bytes: bytes.byteLength };
  }
  const file = basePath(out);
  await writeWhole(file, bytes);
  return { file, bytes: bytes.byteLength };
}

/** The file that `out` stands for when it is no bundle. */
export const basePath = (out: string): string => (out.endsWith('.safetensors') ? out : join(out, 'base.safetensors'));

/** Writes a file completely or not at all; its folder is made. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
}

/**
 * Reads a file of weights.
 * @throws SidestreamError `model/bad-weights` when it cannot be read
 */
export async function readWeightsFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('model/bad-weights', `The weights cannot be read: ${why}. Check the path.`, { cause });
  }
}

const isBundle = async (folder: string): Promise<boolean> =>
  stat(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
