import { type FetchFile, fetchChecked } from '../bundle/bundle-file';
import type { BundleFile, Manifest } from '../bundle/manifest';
import { BundleClusters } from '../clusters/bundle-clusters';
import { firstTexts } from './bundle-locales';
import { decodeTexts } from './text-shard';

/**
 * Reads the texts of all languages of a bundle and checks them as pages do.
 * @returns the files read that the manifest names
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`, `bundle/invalid`
 */
export async function verifyTexts(manifest: Manifest, fetchFile: FetchFile): Promise<BundleFile[]> {
  const { locales = {}, clusters } = manifest;
  const done: BundleFile[] = [];
  for (const [tag, { clusters: directory }] of Object.entries(locales)) {
    for (const file of firstTexts(manifest, tag)) {
      decodeTexts(await fetchChecked(fetchFile, file), file.file, file.count);
      done.push(file);
    }
    if (!directory || !clusters) continue;
    const read = new BundleClusters(manifest, clusters, fetchFile);
    const { counts } = await read.directory();
    const all = await read.filesBeside(directory, 'texts');
    for (const [n, file] of all.entries()) decodeTexts(await fetchChecked(fetchFile, file), file.file, counts[n]);
    done.push(directory);
  }
  return done;
}
