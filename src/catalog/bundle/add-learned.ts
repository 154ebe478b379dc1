import { sha256 } from '../../common/sha256';
import { SidestreamError } from '../../error';
import { type CompanionTable, encodeCompanions, pickCompanions } from '../cooccurrence/cooccurrence-table';
import type { BaseConfig } from './base-config';
import { BUNDLE_SCHEMA, type BundleFile, type Manifest } from './manifest';
import { type BundleSink, storeManifest } from './put-manifest';

/** What a shop learned from its logs. */
export interface Learned {
  /** Weights of a base model as safetensors, and what it is. */
  base?: { bytes: Uint8Array; config: BaseConfig };
  /** What is chosen together, about the items of the bundle in their order. */
  companions?: CompanionTable;
}

/**
 * Puts what was learned into a bundle, each in place of the one it may have: the files first, then one manifest naming
 * them. What is not given stays as it is, and so does the bundle before: it is the one with other items, which a page can
 * fall back to.
 * @returns the new manifest
 * @throws SidestreamError `bundle/invalid` when the companions are not about as many items as the bundle has
 */
export async function addLearned(manifest: Manifest, learned: Learned, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA, ...(await putLearned(learned, manifest.count, sink)) };
  await storeManifest(next, sink);
  return next;
}

/**
 * Writes the files of what was learned for a bundle of `count` items.
 * @param order rows of the companions in the order of the bundle's items; default: the same order
 * @returns the manifest's entries
 * @throws SidestreamError `bundle/invalid` when the companions are about another number of items
 */
export async function putLearned(
  { base, companions }: Learned,
  count: number,
  sink: BundleSink,
  order?: readonly number[],
): Promise<Pick<Manifest, 'base' | 'companions'>> {
  if (companions && companions.count !== count) {
    throw new SidestreamError(
      'bundle/invalid',
      `The companions are about ${companions.count} items, the bundle has ${count}. Train for this bundle.`,
    );
  }
  const put = async (stem: string, extension: string, bytes: Uint8Array): Promise<BundleFile> => {
    const digest = await sha256(bytes);
    const file = `${stem}-${digest.slice(0, 16)}.${extension}`;
    await sink(file, bytes);
    return { file, sha256: digest, bytes: bytes.byteLength };
  };
  const learned: Pick<Manifest, 'base' | 'companions'> = {};
  if (base) learned.base = { ...(await put('base', 'safetensors', base.bytes)), config: base.config };
  if (companions) {
    const { origin } = companions;
    const file = await put(
      'companions',
      'bin',
      encodeCompanions(order ? pickCompanions(companions, order) : companions),
    );
    learned.companions = origin ? { ...file, origin } : file;
  }
  return learned;
}
