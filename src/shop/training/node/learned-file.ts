import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addLearned, type Bundle, type BundleFile, itemPlaces, MANIFEST_FILE, openBundle } from '../../../core/catalog';
import { SidestreamError } from '../../../error';
import { folderFetch, folderSink, removeStale } from '../../bundler';

type Learned = Parameters<typeof addLearned>[1];

interface StoredFile {
  file: string;
  bytes: number;
}

export interface StoredLearned {
  companions?: StoredFile;
  side?: StoredFile;
  demand?: StoredFile;
}

/**
 * Stores a shop's trained models in its bundle; the co-occurrence table is called `companions` in files. Parts that are not given
 * stay unchanged.
 * @param digest digest of the bundle for which it was learned
 * @throws SidestreamError `bundle/invalid` if `out` is the folder of another bundle
 */
export async function storeLearned(learned: Learned, out: string, digest: string): Promise<StoredLearned> {
  const bundle = await requireBundle(out, digest);
  const { manifest } = bundle;
  const next = await addLearned(manifest, learned, await folderSink(out), await itemPlaces(bundle));
  await removeStale(out, next, manifest);
  const stored = ({ file, bytes }: BundleFile): StoredFile => ({ file: join(out, file), bytes });
  return {
    ...(learned.cooccurrence && next.companions ? { companions: stored(next.companions) } : {}),
    ...(learned.side && next.side ? { side: stored(next.side) } : {}),
    ...(learned.demand && next.demand ? { demand: stored(next.demand) } : {}),
  };
}

/** The bundle in a folder. @throws SidestreamError `bundle/invalid` if it does not have this digest */
export async function requireBundle(folder: string, digest: string): Promise<Bundle> {
  const bundle = await openBundle(folderFetch(folder));
  if (bundle.manifest.digest === digest) return bundle;
  throw new SidestreamError('bundle/invalid', `${folder} is not the bundle used for training; give that one.`);
}

/** Writes a file completely or not at all; creates its folder. @throws SidestreamError as `folderSink` */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const write = await folderSink(dirname(file));
  await write(basename(file), typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
}

/** Whether a folder holds a bundle. */
export const isBundle = async (folder: string): Promise<boolean> =>
  stat(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
