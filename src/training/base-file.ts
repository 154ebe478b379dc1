import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BaseModel } from '../base-model';
import { folderFetch, folderSink, removeStale } from '../build';
import {
  addLearned,
  type BundleFile,
  type CooccurrenceTable,
  type Demand,
  type Factors,
  MANIFEST_FILE,
  type Manifest,
  openBundle,
} from '../catalog';
import { SidestreamError } from '../error';

/** A file that was written. */
export interface StoredFile {
  file: string;
  bytes: number;
}

/** The files that were written. */
export interface StoredLearned {
  base?: StoredFile;
  companions?: StoredFile;
  factors?: StoredFile;
  demand?: StoredFile;
}

/**
 * Stores a base model, a co-occurrence table (`companions` in files), factors and demand in the bundle where `out` is the folder
 * of one.
 * Elsewhere it stores a base model alone: in `out` where that ends in `.safetensors`, else in `base.safetensors` in that
 * folder. Base models are stored in half precision.
 * @param digest of the bundle that they were learned for
 * @throws SidestreamError `bundle/invalid` when `out` is the folder of another bundle
 */
export async function storeLearned(
  {
    base,
    companions,
    factors,
    demand,
  }: { base?: BaseModel; companions?: CooccurrenceTable; factors?: Factors; demand?: Demand },
  out: string,
  digest: string,
): Promise<StoredLearned> {
  const weights = base && { bytes: base.save('F16'), config: base.config };
  if (await isBundle(out)) {
    const manifest = await requireBundle(out, digest);
    const learned = { base: weights, cooccurrence: companions, factors, demand };
    const next = await addLearned(manifest, learned, await folderSink(out));
    await removeStale(out, next, manifest);
    const stored = ({ file, bytes }: BundleFile): StoredFile => ({ file: join(out, file), bytes });
    return {
      ...(base && next.base ? { base: stored(next.base) } : {}),
      ...(companions && next.companions ? { companions: stored(next.companions) } : {}),
      ...(factors && next.factors ? { factors: stored(next.factors) } : {}),
      ...(demand && next.demand ? { demand: stored(next.demand) } : {}),
    };
  }
  if (!weights) return {};
  const file = basePath(out);
  await writeWhole(file, weights.bytes);
  return { base: { file, bytes: weights.bytes.byteLength } };
}

/**
 * The manifest of the bundle in a folder.
 * @throws SidestreamError `bundle/invalid` when it is another bundle than that of the digest
 */
export async function requireBundle(folder: string, digest: string): Promise<Manifest> {
  const { manifest } = await openBundle(folderFetch(folder));
  if (manifest.digest === digest) return manifest;
  throw new SidestreamError(
    'bundle/invalid',
    `${folder} is another bundle than the one that is learned from; give that one, or a new folder.`,
  );
}

/** Stores a base model as `storeLearned` does; co-occurrence table, factors and demand in the bundle stay. */
export const storeBase = (base: BaseModel, out: string, digest: string): Promise<StoredLearned> =>
  storeLearned({ base }, out, digest);

/** The file of a base model where `out` is no bundle. */
export const basePath = (out: string): string => (out.endsWith('.safetensors') ? out : join(out, 'base.safetensors'));

/** Writes a file completely or not at all; creates its folder. @throws SidestreamError as `folderSink` */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const write = await folderSink(dirname(file));
  await write(basename(file), typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
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

/** Whether a folder is that of a bundle. */
export const isBundle = async (folder: string): Promise<boolean> =>
  stat(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
