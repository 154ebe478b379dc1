import { SidestreamError } from '../../../error';
import { createTable, type FeatureTable, rowsPerItem } from '../features/feature-table';
import type { Item } from '../item';
import { type Manifest, MODALITIES } from './manifest';

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
      return old.digest === now.digest && old.taps.join('\n') === now.taps.join('\n');
    })
  );
}

/** The part of a bundle that locates its features. */
interface Featured {
  manifest: Manifest;
  items: readonly Item[];
  features: FeatureTable;
}

/**
 * Features of the previous bundle for the items that it has; the other items have no features. For a partly uploaded bundle.
 * @param before null if it cannot be opened
 * @returns null if its features are not comparable
 */
export function previousFeatures(after: Omit<Featured, 'features'>, before: Featured | null): FeatureTable | null {
  if (!before || !sameFeatures(before.manifest, after.manifest)) return null;
  const table = createTable(before.features, after.items.length);
  const perItem = rowsPerItem(table);
  const width = perItem * table.dim;
  const rowOf = new Map(before.items.map(({ id }, row) => [id, row]));
  for (const [n, { id }] of after.items.entries()) {
    const row = rowOf.get(id);
    if (row === undefined) continue;
    table.values.set(before.features.values.subarray(row * width, (row + 1) * width), n * width);
    table.scales.set(before.features.scales.subarray(row * perItem, (row + 1) * perItem), n * perItem);
  }
  return table;
}

/** The error that reports the fallback. @param cause why the bundle's own features could not be read */
export const incompleteFeatures = (cause: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/incomplete',
    "The bundle is only partly uploaded, so the previous bundle's features are used. Upload the whole bundle again, the manifest last.",
    { cause },
  );
