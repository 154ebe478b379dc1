import type { FeatureTable } from '../catalog';
import type { CatalogueIndex, ContentBlend } from '../ranking';

/** A catalogue as the learner needs it: the index for the terms and the features for the experts. */
export interface LearnerCatalogue {
  index: CatalogueIndex;
  table: FeatureTable;
  /** How content is compared; the experts start from it. */
  blend: ContentBlend;
}
