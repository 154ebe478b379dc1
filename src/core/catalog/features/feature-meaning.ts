import { type Manifest, MODALITIES } from '../bundle/manifest-schema';

/** Everything on which the meaning of feature values depends. */
export type FeatureMeaning = Pick<Manifest, 'dim' | 'text' | 'projection' | 'modalities'>;

/** Whether the feature values of two bundles are comparable. */
export function sameFeatures(before: FeatureMeaning, after: FeatureMeaning): boolean {
  return (
    before.dim === after.dim &&
    before.text === after.text &&
    before.projection.sha256 === after.projection.sha256 &&
    MODALITIES.every((modality) => {
      const [old, now] = [before.modalities[modality], after.modalities[modality]];
      return old.digest === now.digest && old.taps[old.contentTap] === now.taps[now.contentTap];
    })
  );
}
