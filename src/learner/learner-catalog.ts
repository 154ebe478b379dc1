import type { ContentBlend, FeatureTable } from '../catalog';
import type { CatalogIndex } from '../ranking';

/** A catalogue as the learner needs it: the index for the terms and the features for the experts. */
export interface LearnerCatalog {
  index: CatalogIndex;
  table: FeatureTable;
  /** How content is compared; the experts start from it. */
  blend: ContentBlend;
}
