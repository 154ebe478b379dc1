import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addLearned, type Bundle, MANIFEST_FILE, modelManifest, openBundle } from '../../../src/core/catalog';
import { SidestreamError } from '../../../src/error';
import type { KeptBytes } from '../../shop/training/side';
import { folderFetch, folderSink, keptOffers, removeStale, withBundle } from '../bundler';

export { startCompute, startTfjs } from './compute';
export { localShards, queuedShards, serveShards } from './shard-processes';

type Learned = Parameters<typeof addLearned>[1];

/** Bytes of the bundle that each kind of stored data takes. */
export type StoredLearned = Partial<Record<'companions' | 'side' | 'demand', { bytes: number }>>;

/**
 * Stores trained models in the bundle with this digest; co-occurrence is called `companions` in files. Other parts stay.
 * @param as see `addLearned`
 * @throws SidestreamError `bundle/invalid` if `out` is the folder of another bundle
 */
export async function storeLearned(learned: Learned, out: string, digest: string, as?: string): Promise<StoredLearned> {
  const next = await withBundle(out, async () => {
    const bundle = await requireBundle(out, digest);
    // Training may group the items differently.
    const offers = as === undefined ? await keptOffers(out, () => undefined) : undefined;
    const next = await addLearned(bundle, learned, await folderSink(out), offers, as);
    await removeStale(out, next, bundle.manifest);
    return as === undefined ? next : modelManifest(next, as, folderFetch(out));
  });
  const stored = ({ bytes }: { bytes: number }) => ({ bytes });
  return {
    ...(learned.cooccurrence && next.companions ? { companions: stored(next.companions) } : {}),
    ...(learned.side && next.side ? { side: stored(next.side) } : {}),
    ...(learned.demand && next.demand ? { demand: stored(next.demand) } : {}),
  };
}

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

export const isBundle = async (folder: string): Promise<boolean> =>
  stat(join(folder, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );

export const keptFile = (path: string): KeptBytes => ({
  name: path,
  read: () => readFile(path).catch(() => null),
  write: (bytes) => writeWhole(path, bytes),
});
