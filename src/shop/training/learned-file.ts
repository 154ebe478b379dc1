import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addLearned, type Bundle, type BundleFile, itemPlaces, MANIFEST_FILE, openBundle } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { folderFetch, folderSink, removeStale } from '../bundler';

type Learned = Parameters<typeof addLearned>[1];

/** A file that was written. */
interface StoredFile {
  file: string;
  bytes: number;
}

/** The files that were written. */
export interface StoredLearned {
  companions?: StoredFile;
  side?: StoredFile;
  demand?: StoredFile;
}

/**
 * Stores what a shop learned in its bundle; the co-occurrence table is `companions` in files. What is not given stays as it is
 * there.
 * @param out folder of the bundle
 * @param digest of the bundle that it was learned for
 * @throws SidestreamError `bundle/invalid` when `out` is the folder of another bundle
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

/**
 * The bundle in a folder.
 * @throws SidestreamError `bundle/invalid` when it is another bundle than that of the digest
 */
export async function requireBundle(folder: string, digest: string): Promise<Bundle> {
  const bundle = await openBundle(folderFetch(folder));
  if (bundle.manifest.digest === digest) return bundle;
  throw new SidestreamError(
    'bundle/invalid',
    `${folder} is another bundle than the one that is learned from; give that one.`,
  );
}

/** Writes a file completely or not at all; creates its folder. @throws SidestreamError as `folderSink` */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const write = await folderSink(dirname(file));
  await write(basename(file), typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
}

/** Whether a folder is that of a bundle. */
export const isBundle = async (folder: string): Promise<boolean> =>
  stat(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
