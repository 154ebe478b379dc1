import { SidestreamError } from '../../../error';
import { canHash } from '../../common/bytes';
import type { CatalogStatistics } from '../catalog-statistics';
import type { CooccurrenceTable } from '../cooccurrence';
import type { Demand } from '../demand';
import type { FeatureTable } from '../features/feature-table';
import type { Item } from '../item';
import { BundleShards } from '../shards/bundle-shards';
import { decodeHead, type Head } from '../shards/shard-file';
import type { SideModel } from '../side-model/side-model';
import { type BundleProgress, type FetchFile, fetchBytes, fetchChecked, fetchFiles, fetchFrom } from './bundle-file';
import type { EncoderFiles } from './late-files';
import { parseManifest } from './manifest-file';
import { type BundleFile, MANIFEST_FILE, type Manifest, type Modality } from './manifest-schema';

/** What training made for the items of a bundle, in their order; each is null if the bundle lacks it. */
export interface TrainedData {
  cooccurrence(): Promise<CooccurrenceTable | null>;
  demand(): Promise<Demand | null>;
  side(): Promise<SideModel | null>;
}

/** A bundle whose items are all in memory, in the order of the feed. All other files are fetched on request. */
export interface Bundle extends TrainedData, BundleFiles {
  items: Item[];
  features: FeatureTable;
  /** As in `Shard`. */
  positions: Uint32Array;
  /** The shard of each item. */
  shardOf: Uint32Array;
  /** The rest of the pictures' taps of all items; null without pictures. */
  photos(onProgress?: BundleProgress): Promise<FeatureTable | null>;
}

/** A bundle of which only the head is in memory. */
export interface OpenedHead extends BundleFiles {
  head: Head;
  statistics: CatalogStatistics;
}

/** The files of a bundle. */
export interface BundleFiles {
  manifest: Manifest;
  shards: BundleShards;
  /** False on a page served over plain HTTP: browsers then offer no hashing, and only sizes are checked. */
  verified: boolean;
  /** One file of the manifest, checked. */
  file(file: BundleFile, onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** Means, deviations and projection of every tap. */
  projection(onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** @throws SidestreamError `encoder/missing` when the bundle was built without encoders */
  encoder(modality: Modality, onProgress?: BundleProgress): Promise<EncoderFiles>;
}

export interface OpenOptions {
  /** Called with the manifest before other files are fetched. */
  onManifest?: (manifest: Manifest) => void;
  /**
   * Called when a bundle is only partly uploaded and the previous one was opened instead (`bundle/incomplete`). Without it
   * such a bundle is an error.
   */
  onIncomplete?: (error: SidestreamError) => void;
}

/**
 * Opens a bundle with all of its items: manifest, then every shard, each checked against its SHA-256.
 * @param source address of the bundle's folder, or a function that fetches its files
 * @param onProgress gets items
 * @throws SidestreamError `bundle/unreachable` when a file could not be fetched; `bundle/invalid` when a file contradicts
 *   the manifest or the schema; `bundle/digest-mismatch` when a file does not match its digest in the manifest;
 *   `bundle/unknown-version` when another version wrote the bundle
 */
export const openBundle = (
  source: string | URL | FetchFile,
  onProgress?: BundleProgress,
  options: OpenOptions = {},
): Promise<Bundle> =>
  open(source, options, async (files, fetchFile) => {
    const { wholeBundle } = await import('./whole-bundle');
    return wholeBundle(files, await headOf(files, fetchFile), onProgress);
  });

/** Opens a bundle with its head, as a page does. @param onProgress gets bytes @throws SidestreamError as `openBundle` */
export const openHead = (
  source: string | URL | FetchFile,
  onProgress?: BundleProgress,
  options: OpenOptions = {},
): Promise<OpenedHead> =>
  open(source, options, async (files, fetchFile) => {
    const head = await headOf(files, fetchFile, onProgress);
    return { ...files, head, statistics: head.statistics };
  });

async function headOf({ manifest }: BundleFiles, fetchFile: FetchFile, onProgress?: BundleProgress): Promise<Head> {
  const { head } = manifest.shards;
  const [bytes] = await fetchFiles(fetchFile, [head], onProgress);
  return decodeHead(bytes, head.file, manifest);
}

type OpenParts<T> = (files: BundleFiles, fetchFile: FetchFile) => Promise<T>;

async function open<T>(
  source: string | URL | FetchFile,
  { onManifest, onIncomplete }: OpenOptions,
  parts: OpenParts<T>,
): Promise<T> {
  const fetchFile = typeof source === 'function' ? source : fetchFrom(source);
  const load = (manifest: Manifest): Promise<T> => {
    onManifest?.(manifest);
    return parts(filesOf(manifest, fetchFile), fetchFile);
  };
  const manifest = parseManifest(await fetchBytes(fetchFile, MANIFEST_FILE), fetchFile.addressOf?.(MANIFEST_FILE));
  try {
    return await load(manifest);
  } catch (thrown) {
    const { previous } = manifest;
    if (!previous || !onIncomplete) throw thrown;
    // If the previous bundle cannot be opened either, report the error of this one.
    const before = await fetchChecked(fetchFile, previous)
      .then(parseManifest)
      .then(load)
      .catch(() => null);
    if (!before) throw thrown;
    onIncomplete(
      new SidestreamError(
        'bundle/incomplete',
        'The bundle is only partly uploaded, so the previous one is used. Upload the whole bundle again, the manifest last.',
        { cause: thrown },
      ),
    );
    return before;
  }
}

function filesOf(manifest: Manifest, fetchFile: FetchFile): BundleFiles {
  const files = (wanted: BundleFile[], onProgress?: BundleProgress) => fetchFiles(fetchFile, wanted, onProgress);
  return {
    manifest,
    shards: new BundleShards(manifest, fetchFile),
    verified: canHash(),
    file: async (file, onProgress) => (await files([file], onProgress))[0],
    projection: async (onProgress) => (await files([manifest.projection], onProgress))[0],
    encoder: async (modality, onProgress) =>
      (await import('./late-files')).readEncoder(manifest, modality, (wanted) => files(wanted, onProgress)),
  };
}
