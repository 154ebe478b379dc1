import { SidestreamError } from '../../../error';
import { BundleShards } from '../shards/bundle-shards';
import { decodeHead, type Head } from '../shards/shard-file';
import type { Bundle, BundleFiles } from './bundle';
import { type BundleProgress, type FetchFile, fetchBytes, fetchChecked, fetchFiles, fetchFrom } from './bundle-file';
import { parseManifest } from './manifest-file';
import { type BundleFile, MANIFEST_FILE, type Manifest } from './manifest-schema';

/** A bundle of which only the head is in memory. */
export interface OpenedHead extends BundleFiles {
  head: Head;
}

export interface OpenOptions {
  /** The name of the further side model to open the bundle with; undefined for the bundle's own. Default: its own. */
  model?: () => Promise<string | undefined>;
  /** Called with the manifest before other files are fetched, and with the name of its side model; undefined for the bundle's own. */
  onManifest?: (manifest: Manifest, model?: string) => void;
  /**
   * Called when a bundle is only partly uploaded and the previous one was opened instead (`bundle/incomplete`). Without it
   * such a bundle is an error. Also called when the bundle lacks the wanted side model, or it cannot be read: then its own is opened.
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
  open(source, options, async (files, fetchFile) => ({ ...files, head: await headOf(files, fetchFile, onProgress) }));

async function headOf({ manifest }: BundleFiles, fetchFile: FetchFile, onProgress?: BundleProgress): Promise<Head> {
  const { head } = manifest.shards;
  const [bytes] = await fetchFiles(fetchFile, [head], onProgress);
  return decodeHead(bytes, head.file, manifest);
}

type OpenParts<T> = (files: BundleFiles, fetchFile: FetchFile) => Promise<T>;

async function open<T>(
  source: string | URL | FetchFile,
  { model, onManifest, onIncomplete }: OpenOptions,
  parts: OpenParts<T>,
): Promise<T> {
  const fetchFile = typeof source === 'function' ? source : fetchFrom(source);
  const load = (manifest: Manifest, model?: string): Promise<T> => {
    onManifest?.(manifest, model);
    return parts(filesOf(manifest, fetchFile), fetchFile);
  };
  const manifest = parseManifest(await fetchBytes(fetchFile, MANIFEST_FILE), fetchFile.addressOf?.(MANIFEST_FILE));
  const wanted = await model?.();
  try {
    if (wanted !== undefined) {
      const { modelManifest } = await import('./model-manifest');
      return await load(await modelManifest(manifest, wanted, fetchFile), wanted);
    }
  } catch (thrown) {
    if (!onIncomplete) throw thrown;
    onIncomplete(SidestreamError.from(thrown));
  }
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
    file: async (file, onProgress) => (await files([file], onProgress))[0],
    projection: async (onProgress) => (await files([manifest.projection], onProgress))[0],
    encoder: async (modality, onProgress) =>
      (await import('./encoder-files')).readEncoder(manifest, modality, (wanted) => files(wanted, onProgress)),
  };
}
