import type { ContentBlend, FeatureTable } from '../catalog';
import type { CatalogueIndex } from '../ranking';

/** A catalogue as the learner needs it: the index for the terms and the features for the experts. */
export interface LearnerCatalogue {
  index: CatalogueIndex;
  table: FeatureTable;
  /** How content is compared; the experts start from it. */
  blend: ContentBlend;
}
