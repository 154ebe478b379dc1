import { BundleClusters } from '../clusters/bundle-clusters';
import { decodeTextDirectory } from '../locales/text-directory';
import { type FetchFile, fetchChecked } from './bundle-file';
import { type BundleFile, bundleFiles, type Manifest } from './manifest';
import { parseManifest } from './read-manifest';
import { manifestFile } from './write-manifest';

/** Every file of a bundle, once each: the files that the manifest and the directories of clusters name. */
export async function inventory(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const { clusters, locales = {} } = manifest;
  const named = bundleFiles(manifest);
  if (!clusters) return named;
  const directory = await new BundleClusters(manifest, clusters, fetchFile).directory();
  const texts = Object.values(locales).map(async ({ clusters: of }) =>
    of ? decodeTextDirectory(await fetchChecked(fetchFile, of), of.file, clusters.count) : [],
  );
  const files = [...named, ...directory.files, ...(await Promise.all(texts)).flat()];
  return [...new Map(files.map((file) => [file.file, file])).values()];
}

/**
 * Names of the files that must stay while a bundle is published: its own, the copy of its manifest, and those of the
 * previous bundle, which open pages still read.
 */
export async function publishedNames(manifest: Manifest, fetchFile: FetchFile): Promise<Set<string>> {
  const { previous } = manifest;
  const own = [...(await inventory(manifest, fetchFile)), await manifestFile(manifest)];
  const before = previous ? await inventory(parseManifest(await fetchChecked(fetchFile, previous)), fetchFile) : [];
  return new Set([...own, ...before].map(({ file }) => file));
}
