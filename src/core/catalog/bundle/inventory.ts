import { sha256 } from '../../common/bytes';
import { BundleClusters } from '../clusters/bundle-clusters';
import { decodeFeatureShard } from '../features/decode-features';
import { createTable, featureShape } from '../features/feature-table';
import type { Item } from '../item';
import { decodeTexts, firstTexts } from '../locales';
import { fetchOffers } from '../offers';
import {
  addIds,
  decodeItems,
  encodeItems,
  type FetchFile,
  fetchChecked,
  fetchFiles,
  invalidBundle,
} from './bundle-file';
import { learnedFiles, readPhotos } from './late-files';
import { encodeManifest, manifestFile, parseManifest } from './manifest-file';
import { type BundleFile, bundleFiles, LEARNED, MANIFEST_FILE, type Manifest } from './manifest-schema';
import { firstFiles } from './read-bundle';

/** Every file of a bundle, once each: the files that the manifest and the directories of clusters name. */
export async function inventory(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const { clusters, locales = {} } = manifest;
  const named = bundleFiles(manifest);
  if (!clusters) return named;
  const read = new BundleClusters(manifest, clusters, fetchFile);
  const directory = await read.directory();
  const texts = Object.values(locales).map(async ({ clusters: of }) => (of ? read.filesBeside(of, 'texts') : []));
  const learned = LEARNED.map(async (kind) => {
    const of = manifest[kind]?.clusters;
    return of ? read.filesBeside(of, kind) : [];
  });
  const files = [...named, ...directory.files, ...(await Promise.all([...texts, ...learned])).flat()];
  return [...new Map(files.map((file) => [file.file, file])).values()];
}

/**
 * Names of the files that must stay while a bundle is published: its own files, the copy of its manifest, and the files of
 * the previous bundle, which open pages still read.
 */
export async function publishedNames(manifest: Manifest, fetchFile: FetchFile): Promise<Set<string>> {
  const { previous } = manifest;
  const own = [...(await inventory(manifest, fetchFile)), await manifestFile(manifest)];
  const before = previous ? await inventory(parseManifest(await fetchChecked(fetchFile, previous)), fetchFile) : [];
  return new Set([...own, ...before].map(({ file }) => file));
}

/**
 * The items of a bundle, file by file in the order of the bundle, without their features, which are most of its bytes.
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`, `bundle/invalid`
 */
export async function* bundleItems(manifest: Manifest, fetchFile: FetchFile): AsyncGenerator<Item[]> {
  const { shards, clusters } = manifest;
  for (const shard of shards.items) yield decodeItems(await fetchChecked(fetchFile, shard), shard.file, shard.count);
  if (!clusters) return;
  const directory = await new BundleClusters(manifest, clusters, fetchFile).directory();
  for (let cluster = 0; cluster < directory.clusters; cluster++) {
    const file = directory.file(cluster, 'items');
    yield decodeItems(await fetchChecked(fetchFile, file), file.file, directory.counts[cluster]);
  }
}

/** Names of the files that `writeBundle` writes or used to write, complete or not. */
const OURS =
  /^(manifest|items|features|photos|vectors|directory|axes|statistics|ids|projection|text|image|text-tokenizer|base|companions|factors|side|demand|texts|tuning)-[0-9a-f]{16}\.(json|bin|onnx|safetensors)(\.part)?$/;

/** Whether a file has the name of one that `writeBundle` writes beside the manifest. */
export const isContentFile = (name: string): boolean => OURS.test(name);

/**
 * The files of earlier builds among the names of a folder: those that neither these bundles nor their predecessors have, which
 * open pages still read.
 */
export async function staleNames(
  names: readonly string[],
  manifests: readonly Manifest[],
  fetchFile: FetchFile,
): Promise<string[]> {
  const wanted = await Promise.all(manifests.map((manifest) => publishedNames(manifest, fetchFile)));
  return names.filter((name) => isContentFile(name) && !wanted.some((published) => published.has(name)));
}

/**
 * Reads every file of a bundle and checks it as the browser does, shard by shard or cluster by cluster, keeping only the ids
 * of its items in memory.
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
  const seen = new Set<string>();
  const take = (items: readonly Item[]): void => {
    addIds(seen, items);
    onProgress?.(seen.size);
  };
  const { clusters: named } = read;
  const clusters = named ? new BundleClusters(read, named, fetchFile) : null;
  await verifyHead(read);
  const done = await verifyFirst(read, fetchFile, clusters ? () => undefined : take);
  if (clusters && named) done.push(...(await verifyClusters(clusters, named, take)));
  if (read.photos) {
    await readPhotos(read, (wanted) => fetchFiles(fetchFile, wanted));
    done.push(read.photos);
  }
  done.push(...(await verifyLearned(read, fetchFile, clusters)));
  done.push(...(await verifyTexts(read, fetchFile, clusters)));
  for (const market of read.offers ?? []) await fetchOffers(fetchFile, read, market);
  const names = new Set(done.map(({ file }) => file));
  // The content of encoders and projection is checked where it is used.
  for (const file of bundleFiles(read)) if (!names.has(file.file)) await fetchChecked(fetchFile, file);
}

/** @returns the files read that the manifest names */
async function verifyLearned(
  manifest: Manifest,
  fetchFile: FetchFile,
  clusters: BundleClusters | null,
): Promise<BundleFile[]> {
  const files = (wanted: BundleFile[]) => fetchFiles(fetchFile, wanted);
  const read = learnedFiles(manifest, files, { items: [], clusters, whole: false });
  const counts = (await clusters?.directory())?.counts ?? [];
  if (manifest.clusters) for (const kind of LEARNED) await read.learnedOf(kind, 'head', manifest.clusters.head.count);
  else for (const part of [read.cooccurrence, read.demand, read.side]) await part();
  for (const [cluster, count] of counts.entries()) {
    for (const kind of LEARNED) await read.learnedOf(kind, cluster, count);
  }
  return LEARNED.flatMap((kind) => [manifest[kind] ?? [], manifest[kind]?.clusters ?? []].flat());
}

/** The manifest's items must equal the files' items, because pages read one or the other. */
async function verifyHead(manifest: Manifest): Promise<void> {
  const { head } = manifest;
  if (!head) return;
  for (const { file, sha256: digest, start, count } of firstFiles(manifest).items) {
    if ((await sha256(encodeItems(head.slice(start, start + count)))) === digest) continue;
    throw invalidBundle(MANIFEST_FILE, `has different items than ${file}`);
  }
}

/** Reads all items, or, with clusters, the head's items. @returns the files read */
async function verifyFirst(
  manifest: Manifest,
  fetchFile: FetchFile,
  take: (items: readonly Item[]) => void,
): Promise<BundleFile[]> {
  const { items, features } = firstFiles(manifest);
  const shape = featureShape(manifest);
  for (const shard of features) {
    const { file, count } = shard;
    decodeFeatureShard(await fetchChecked(fetchFile, shard), file, createTable(shape, count), 0, count);
  }
  for (const shard of items) take(decodeItems(await fetchChecked(fetchFile, shard), shard.file, shard.count));
  return [...items, ...features];
}

/** @returns the files read that the manifest names */
async function verifyClusters(
  clusters: BundleClusters,
  named: NonNullable<Manifest['clusters']>,
  take: (items: readonly Item[]) => void,
): Promise<BundleFile[]> {
  const directory = await clusters.directory();
  await Promise.all([clusters.axes(), clusters.statistics()]);
  for (let cluster = 0; cluster < directory.clusters; cluster++) {
    take((await clusters.items(cluster)).items);
  }
  for (let bucket = 0; bucket < directory.buckets; bucket++) await clusters.ids(bucket);
  return [named.directory, named.axes, named.statistics];
}

/**
 * Reads the texts of all languages of a bundle and checks them as pages do.
 * @returns the files read that the manifest names
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`, `bundle/invalid`
 */
async function verifyTexts(
  manifest: Manifest,
  fetchFile: FetchFile,
  clusters: BundleClusters | null,
): Promise<BundleFile[]> {
  const { locales = {} } = manifest;
  const done: BundleFile[] = [];
  for (const [tag, { clusters: directory }] of Object.entries(locales)) {
    for (const file of firstTexts(manifest, tag)) {
      decodeTexts(await fetchChecked(fetchFile, file), file.file, file.count);
      done.push(file);
    }
    if (!directory || !clusters) continue;
    const { counts } = await clusters.directory();
    const all = await clusters.filesBeside(directory, 'texts');
    for (const [n, file] of all.entries()) decodeTexts(await fetchChecked(fetchFile, file), file.file, counts[n]);
    done.push(directory);
  }
  return done;
}
