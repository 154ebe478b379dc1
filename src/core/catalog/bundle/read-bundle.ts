import { SidestreamError } from '../../../error';
import { canHash } from '../../common/bytes';
import type { CatalogStatistics } from '../catalog-statistics';
import type { BundleClusters } from '../clusters/bundle-clusters';
import { createTable, type FeatureTable, featureShape } from '../features/feature-table';
import type { Item } from '../item';
import {
  addIds,
  type BundleProgress,
  decodeItems,
  type FetchFile,
  fetchBytes,
  fetchChecked,
  fetchFiles,
  fetchFrom,
} from './bundle-file';
import type { EncoderFiles, LearnedFiles } from './late-files';
import { parseManifest } from './manifest-file';
import { type BundleFile, type BundleShard, MANIFEST_FILE, type Manifest, type Modality } from './manifest-schema';

/**
 * An open bundle. Items are in memory, and so are features unless `loadFeatures` loads them later; all other files are
 * fetched on request.
 */
export interface Bundle extends LearnedFiles {
  manifest: Manifest;
  /** All items, cluster by cluster if the bundle has clusters; or only the head, see `OpenOptions`. */
  items: Item[];
  /** Features of the items, in their order; empty if they are loaded later. */
  features: FeatureTable;
  /**
   * Loads the features of the items; null if `features` already has them. If some are missing, comparable features of the
   * previous bundle replace them, as reported to `onIncomplete`.
   */
  loadFeatures: ((onProgress?: BundleProgress) => Promise<FeatureTable>) | null;
  /** Clusters of a large catalogue; null for a catalogue without clusters. */
  clusters: BundleClusters | null;
  /** Statistics of the whole catalogue if `items` is only its head; else null. */
  statistics: CatalogStatistics | null;
  /** False on a page served over plain HTTP: browsers then offer no hashing, and only sizes are checked. */
  verified: boolean;
  /** One file of the manifest, checked. */
  file(file: BundleFile, onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** Means, deviations and projection of every tap. */
  projection(onProgress?: BundleProgress): Promise<ArrayBuffer>;
  /** The rest of the pictures' taps of all items; null without pictures, and with clusters. */
  photos(onProgress?: BundleProgress): Promise<FeatureTable | null>;
  /** @throws SidestreamError `encoder/missing` when the bundle was built without encoders */
  encoder(modality: Modality, onProgress?: BundleProgress): Promise<EncoderFiles>;
}

export interface OpenOptions {
  /** False loads only the head of a catalogue with clusters. Default true: the whole catalogue. */
  whole?: boolean;
  /**
   * True: `loadFeatures` loads the features later. Lists that are the same for every shopper do not need them. Do not
   * combine with `whole` for a catalogue with clusters. Default false.
   */
  featuresLater?: boolean;
  /** Called with the manifest before the items are fetched. */
  onManifest?: (manifest: Manifest) => void;
  /**
   * Called when a bundle is only partly uploaded and the previous one was opened instead (`bundle/incomplete`). Without it
   * such a bundle is an error.
   */
  onIncomplete?: (error: SidestreamError) => void;
}

/**
 * Opens a bundle: manifest, then items and features in parallel, each checked against its SHA-256.
 * @param source address of the bundle's folder, or a function that fetches its files
 * @throws SidestreamError `bundle/unreachable` when a file could not be fetched; `bundle/invalid` when a file contradicts
 *   the manifest or the schema; `bundle/digest-mismatch` when a file does not match its digest in the manifest;
 *   `bundle/unknown-version` when a newer version wrote the bundle
 */
export async function openBundle(
  source: string | URL | FetchFile,
  onProgress?: BundleProgress,
  options: OpenOptions = {},
): Promise<Bundle> {
  const { onIncomplete } = options;
  const fetchFile = typeof source === 'function' ? source : fetchFrom(source);
  const manifest = parseManifest(await fetchBytes(fetchFile, MANIFEST_FILE), fetchFile.addressOf?.(MANIFEST_FILE));
  try {
    return await load(manifest, fetchFile, options, onProgress);
  } catch (thrown) {
    const { previous } = manifest;
    if (!previous || !onIncomplete) throw thrown;
    const before = await reopen(previous, fetchFile, options, onProgress);
    // If the previous bundle cannot be opened either, report the error of this one.
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

async function reopen(
  previous: BundleFile,
  fetchFile: FetchFile,
  options: OpenOptions,
  onProgress?: BundleProgress,
): Promise<Bundle | null> {
  try {
    return await load(parseManifest(await fetchChecked(fetchFile, previous)), fetchFile, options, onProgress);
  } catch {
    return null;
  }
}

async function load(
  manifest: Manifest,
  fetchFile: FetchFile,
  { whole = true, featuresLater = false, onManifest, onIncomplete }: OpenOptions,
  onProgress?: BundleProgress,
): Promise<Bundle> {
  onManifest?.(manifest);
  const later = featuresLater && !(whole && manifest.clusters);
  const loaded = await loadItems(manifest, fetchFile, { whole, later }, onProgress);
  const { items } = loaded;
  addIds(new Set(), items);
  const loadFeatures = async (progress?: BundleProgress): Promise<FeatureTable> => {
    const { features } = firstFiles(manifest);
    try {
      const [files, { decodeFeatures }] = await Promise.all([
        fetchFiles(fetchFile, features, progress),
        featureFiles(),
      ]);
      return decodeFeatures(featureShape(manifest), items.length, features, files);
    } catch (thrown) {
      if (!onIncomplete || !manifest.previous) throw thrown;
      // This is rare, so its code is loaded only when needed.
      const { previousFeatures, incompleteFeatures } = await import('../features/decode-features');
      const found = previousFeatures({ manifest, items }, await reopen(manifest.previous, fetchFile, { whole }));
      if (!found) throw thrown;
      onIncomplete(incompleteFeatures(thrown));
      return found;
    }
  };
  const opened = { manifest, ...loaded, loadFeatures: later ? loadFeatures : null, verified: canHash() };
  return { ...opened, ...lateFiles(fetchFile, manifest, { items, clusters: loaded.clusters, whole }) };
}

/** Files that are in memory from the start: the files of all items or, with clusters, of the head. */
export function firstFiles({ shards, clusters }: Manifest): Manifest['shards'] {
  if (!clusters) return shards;
  const { items, features, count } = clusters.head;
  const whole = (file: BundleFile): BundleShard[] => [{ ...file, start: 0, count }];
  return { items: whole(items), features: whole(features) };
}

const featureFiles = () => import('../features/decode-features');

async function loadItems(
  manifest: Manifest,
  fetchFile: FetchFile,
  { whole, later }: { whole: boolean; later: boolean },
  onProgress?: BundleProgress,
): Promise<Pick<Bundle, 'items' | 'features' | 'clusters' | 'statistics'>> {
  const large =
    manifest.clusters &&
    new (await import('../clusters/bundle-clusters')).BundleClusters(manifest, manifest.clusters, fetchFile);
  if (large && whole) return { ...(await large.all(onProgress)), clusters: large, statistics: null };
  const { head } = manifest;
  const first = firstFiles(manifest);
  const [named, scaled] = [head ? [] : first.items, later ? [] : first.features];
  const [files, statistics = null] = await Promise.all([
    fetchFiles(fetchFile, [...named, ...scaled], onProgress),
    large?.statistics(),
  ]);
  const items = head ?? first.items.flatMap(({ file, count }, n) => decodeItems(files[n], file, count));
  const { length } = items;
  const shape = featureShape(manifest);
  const features = later
    ? createTable(shape, length)
    : (await featureFiles()).decodeFeatures(shape, length, scaled, files.slice(named.length));
  return { items, features, clusters: large ?? null, statistics };
}

type LateFiles = Pick<Bundle, 'file' | 'projection' | 'photos' | 'encoder' | keyof LearnedFiles>;

/** @param loaded as in `learnedFiles` */
function lateFiles(
  fetchFile: FetchFile,
  manifest: Manifest,
  loaded: { items: readonly Item[]; clusters: BundleClusters | null; whole: boolean },
): LateFiles {
  const files = (wanted: BundleFile[], onProgress?: BundleProgress) => fetchFiles(fetchFile, wanted, onProgress);
  // The code that reads trained files loads late: not every bundle has them, and the first list does not need them.
  let reader: LearnedFiles | null = null;
  const learned = async () => {
    const { learnedFiles } = await import('./late-files');
    reader ??= learnedFiles(manifest, files, loaded);
    return reader;
  };
  return {
    file: async (file, onProgress) => (await files([file], onProgress))[0],
    projection: async (onProgress) => (await files([manifest.projection], onProgress))[0],
    cooccurrence: async (onProgress) => (await learned()).cooccurrence(onProgress),
    demand: async (onProgress) => (await learned()).demand(onProgress),
    side: async (onProgress) => (await learned()).side(onProgress),
    learnedOf: async (kind, cluster, count) => (await learned()).learnedOf(kind, cluster, count),
    photos: async (onProgress) =>
      (await import('./late-files')).readPhotos(manifest, (wanted) => files(wanted, onProgress)),
    encoder: async (modality, onProgress) =>
      (await import('./late-files')).readEncoder(manifest, modality, (wanted) => files(wanted, onProgress)),
  };
}
