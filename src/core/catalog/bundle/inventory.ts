import { BundleClusters } from '../clusters/bundle-clusters';
import type { Item } from '../item';
import { type FetchFile, fetchChecked } from './bundle-file';
import { decodeItems } from './item-shard';
import { type BundleFile, bundleFiles, type Manifest } from './manifest';
import { parseManifest } from './read-manifest';
import { manifestFile } from './write-manifest';

/** Every file of a bundle, once each: the files that the manifest and the directories of clusters name. */
export async function inventory(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const { clusters, locales = {}, side } = manifest;
  const named = bundleFiles(manifest);
  if (!clusters) return named;
  const read = new BundleClusters(manifest, clusters, fetchFile);
  const directory = await read.directory();
  const texts = Object.values(locales).map(async ({ clusters: of }) => (of ? read.filesBeside(of, 'texts') : []));
  const rows = side?.clusters ? await read.filesBeside(side.clusters, 'side') : [];
  const files = [...named, ...directory.files, ...(await Promise.all(texts)).flat(), ...rows];
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
  /^(manifest|items|features|vectors|directory|axes|statistics|ids|projection|text|image|text-tokenizer|base|companions|factors|side|demand|texts|tuning)-[0-9a-f]{16}\.(json|bin|onnx|safetensors)(\.part)?$/;

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
  return names.filter((name) => OURS.test(name) && !wanted.some((published) => published.has(name)));
}
