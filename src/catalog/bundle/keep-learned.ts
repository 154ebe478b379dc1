import type { BundleClusters } from '../clusters/bundle-clusters';
import type { PreviousClusters } from '../clusters/cluster-plan';
import type { Item } from '../item';
import { type Manifest, MODALITIES } from './manifest';

/** A bundle as far as it decides what another one may take over from it. */
export interface Predecessor {
  manifest: Manifest;
  items: readonly Pick<Item, 'id'>[];
  /** Where its items are, when it has clusters. */
  clusters?: BundleClusters | null;
}

/**
 * What a bundle may keep of what was learned for the one it takes the place of: the base model when the features mean
 * the same (encoders, what they read, projection), the companions when the items are the same in the same order.
 */
export function keepLearned(before: Predecessor, after: Predecessor): Pick<Manifest, 'base' | 'companions'> {
  const { base, companions } = before.manifest;
  return {
    ...(base && sameFeatures(before.manifest, after.manifest) ? { base } : {}),
    ...(companions && sameItems(before.items, after.items) ? { companions } : {}),
  };
}

/** The clusters of a bundle, where the vectors they were made from still mean the same; else null. */
export async function previousClusters(
  { manifest, items, clusters }: Predecessor,
  after: FeatureMeaning,
): Promise<PreviousClusters | null> {
  const sameBlend = MODALITIES.every((modality) => {
    const [old, now] = [manifest.modalities[modality], after.modalities[modality]];
    return old.contentTap === now.contentTap && old.contentWeight === now.contentWeight;
  });
  if (!clusters || !sameBlend || !sameFeatures(manifest, after)) return null;
  return { axes: await clusters.axes(), directory: await clusters.directory(), items };
}

/** What decides what the numbers of features mean. */
type FeatureMeaning = Pick<Manifest, 'dim' | 'text' | 'projection' | 'modalities'>;

function sameFeatures(before: FeatureMeaning, after: FeatureMeaning): boolean {
  return (
    before.dim === after.dim &&
    before.text === after.text &&
    before.projection.sha256 === after.projection.sha256 &&
    MODALITIES.every((modality) => {
      const [old, now] = [before.modalities[modality], after.modalities[modality]];
      return old.digest === now.digest && old.taps.join('\n') === now.taps.join('\n');
    })
  );
}

const sameItems = (before: Predecessor['items'], after: Predecessor['items']): boolean =>
  before.length === after.length && before.every(({ id }, row) => id === after[row].id);
