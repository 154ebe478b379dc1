import { SidestreamError } from '../../../error';
import { BundleShards } from '../shards/bundle-shards';
import { decodeHead } from '../shards/shard-file';
import type { Bundle, OpenedHead } from './bundle';
import { type BundleProgress, type FetchFile, fetchBytes, fetchChecked, fetchFiles, fetchFrom } from './bundle-file';
import { parseManifest } from './manifest-file';
import { type BundleFile, MANIFEST_FILE, type Manifest } from './manifest-schema';

interface OpenOptions {
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
 * @param model name of the further side model to open it with; default: the bundle's own
 * @throws SidestreamError `bundle/unreachable` when a file could not be fetched; `bundle/invalid` when a file contradicts
 *   the manifest or the schema; `bundle/digest-mismatch` when a file does not match its digest in the manifest;
 *   `bundle/unknown-version` when another version wrote the bundle
 */
export async function openBundle(source: string | URL | FetchFile, model?: string): Promise<Bundle> {
  const { fetchFile, manifest } = await manifestOf(source);
  const own = model === undefined ? manifest : await withModel(manifest, model, fetchFile);
  const { wholeBundle } = await import('./whole-bundle');
  return wholeBundle(await headFiles(own, fetchFile));
}

/** Opens a bundle with its head, as a page does. @param onProgress gets bytes @throws SidestreamError as `openBundle` */
export async function openHead(
  source: string | URL | FetchFile,
  onProgress?: BundleProgress,
  { model, onManifest, onIncomplete }: OpenOptions = {},
): Promise<OpenedHead> {
  const { fetchFile, manifest } = await manifestOf(source);
  const load = (own: Manifest, model?: string): Promise<OpenedHead> => {
    onManifest?.(own, model);
    return headFiles(own, fetchFile, onProgress);
  };
  const wanted = await model?.();
  try {
    if (wanted !== undefined) return await load(await withModel(manifest, wanted, fetchFile), wanted);
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

async function manifestOf(source: string | URL | FetchFile) {
  const fetchFile = typeof source === 'function' ? source : fetchFrom(source);
  const bytes = await fetchBytes(fetchFile, MANIFEST_FILE);
  return { fetchFile, manifest: parseManifest(bytes, fetchFile.addressOf?.(MANIFEST_FILE)) };
}

const withModel = async (manifest: Manifest, model: string, fetchFile: FetchFile): Promise<Manifest> =>
  (await import('./model-manifest')).modelManifest(manifest, model, fetchFile);

async function headFiles(manifest: Manifest, fetchFile: FetchFile, onProgress?: BundleProgress): Promise<OpenedHead> {
  const files = (wanted: BundleFile[], onBytes?: BundleProgress) => fetchFiles(fetchFile, wanted, onBytes);
  const { head } = manifest.shards;
  const [bytes] = await files([head], onProgress);
  return {
    manifest,
    head: decodeHead(bytes, head.file, manifest),
    shards: new BundleShards(manifest, fetchFile),
    file: async (file) => (await files([file]))[0],
    projection: async (onBytes) => (await files([manifest.projection], onBytes))[0],
    encoder: async (modality, onBytes) =>
      (await import('./encoder-files')).readEncoder(manifest, modality, (wanted) => files(wanted, onBytes)),
  };
}
