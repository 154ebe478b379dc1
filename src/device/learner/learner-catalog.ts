import type { ContentBlend, FeatureTable } from '../../core/catalog';
import type { CatalogIndex } from '../ranking';

/** A catalogue as the learner needs it: the index, and the data that it was made from. */
export interface LearnerCatalog {
  index: CatalogIndex;
  /** Start weights of the terms that the shop fitted to its side model, by term. Default: the built-in weights. */
  startWeights?: Readonly<Record<string, number>>;
  table: FeatureTable;
  /** How content is compared. */
  blend: ContentBlend;
}
