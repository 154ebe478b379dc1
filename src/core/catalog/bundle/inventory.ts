import { decodeFeatureRows, photoShape } from '../features/feature-table';
import type { Item } from '../item';
import { decodeTexts } from '../locales';
import { fetchOffers, offersFiles } from '../offers';
import { BundleShards, sideFiles } from '../shards/bundle-shards';
import { decodeHead } from '../shards/shard-file';
import { addIds, type FetchFile, fetchChecked, invalidBundle } from './bundle-file';
import { encodeManifest, manifestFile, parseManifest } from './manifest-file';
import { type BundleFile, bundleFiles, MANIFEST_FILE, type Manifest } from './manifest-schema';
import { modelManifest } from './model-manifest';

/** Every file of a bundle that never changes, once each: the manifest, lists of files, the indexes and the offers name them. */
export async function inventory(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const listed = await new BundleShards(manifest, fetchFile).allFiles();
  const files = [...bundleFiles(manifest), ...listed, ...(await offersFiles(manifest, fetchFile))];
  for (const name of Object.keys(manifest.models ?? {})) {
    const { offers: _, ...own } = await modelManifest(manifest, name, fetchFile);
    files.push(...(await inventory(own, fetchFile)));
  }
  return [...new Map(files.map((file) => [file.file, file])).values()];
}

/**
 * The items of a bundle, shard by shard.
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`, `bundle/invalid`
 */
export async function* bundleItems(manifest: Manifest, fetchFile: FetchFile): AsyncGenerator<readonly Item[]> {
  for await (const { items } of new BundleShards(manifest, fetchFile).all()) yield items;
}

/** Names of the files that `writeBundle` writes beside the manifest, complete or not. */
const OURS =
  /^(manifest|head|shard|photos|texts|offers|directory|ids|terms|projection|text|image|text-tokenizer)-[0-9a-f]{16}\.(json|bin|onnx)(\.part)?$/;

/** Whether a file has the name of one that `writeBundle` writes beside the manifest. */
export const isContentFile = (name: string): boolean => OURS.test(name);

/**
 * The files of earlier builds among the names of a folder: those that neither these bundles, with the copies of their manifests, nor
 * their predecessors have, which open pages still read.
 */
export async function staleNames(
  names: readonly string[],
  manifests: readonly Manifest[],
  fetchFile: FetchFile,
): Promise<string[]> {
  const published = new Set<string>();
  for (const manifest of manifests) {
    const { previous } = manifest;
    const own = [...(await inventory(manifest, fetchFile)), await manifestFile(manifest)];
    const before = previous ? await inventory(parseManifest(await fetchChecked(fetchFile, previous)), fetchFile) : [];
    for (const { file } of [...own, ...before]) published.add(file);
  }
  return names.filter((name) => isContentFile(name) && !published.has(name));
}

/**
 * Reads every file of a bundle and checks it as the browser does, shard by shard, keeping only the ids of its items in memory.
 * @param manifest may be a manifest that is not written yet
 * @param onProgress called with the number of items read
 * @throws SidestreamError as `openBundle` and the methods of its result do: `bundle/unreachable`, `bundle/invalid`,
 *   `bundle/digest-mismatch`, `bundle/offers`
 */
export async function verifyBundle(
  manifest: Manifest,
  fetchFile: FetchFile,
  onProgress?: (items: number) => void,
): Promise<void> {
  const read = parseManifest(new Uint8Array(encodeManifest(manifest)).buffer);
  const shards = new BundleShards(read, fetchFile);
  const { head } = read.shards;
  const first = decodeHead(await fetchChecked(fetchFile, head), head.file, read);
  const inHead = new Map(first.items.map((item, n) => [item.id, [first.shards[n], first.positions[n], item]]));
  if (inHead.size < first.items.length) throw invalidBundle(head.file, 'an item occurs twice');
  const seen = new Set<string>();
  const counts: number[] = [];
  for await (const { number, items, positions } of shards.all()) {
    addIds(seen, items);
    counts.push(items.length);
    for (const [n, item] of items.entries()) {
      const copy = inHead.get(item.id);
      if (copy && JSON.stringify(copy) === JSON.stringify([number, positions[n], item])) inHead.delete(item.id);
    }
    onProgress?.(seen.size);
  }
  for (const id of inHead.keys()) {
    throw invalidBundle(head.file, `item ${JSON.stringify(id)} is not the same in the shard that it names`);
  }
  if (seen.size !== read.count)
    throw invalidBundle(MANIFEST_FILE, `names ${read.count} items, but the shards have ${seen.size}`);
  await shards.checkIndexes();
  for (const [shard, count] of counts.entries()) {
    for (const kind of sideFiles(read)) {
      const { file, bytes } = await shards.beside(shard, kind);
      if (kind === 'photos') decodeFeatureRows(bytes, file, photoShape(read), count);
      else decodeTexts(bytes, file, count);
    }
  }
  for (const { head: texts } of Object.values(read.locales ?? {})) {
    decodeTexts(await fetchChecked(fetchFile, texts), texts.file, first.items.length);
  }
  for (const market of read.offers ?? []) await fetchOffers(fetchFile, read, market);
  // The content of encoders and projection is checked where it is used.
  for (const file of bundleFiles(read)) await fetchChecked(fetchFile, file);
}
