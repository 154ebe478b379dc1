import type { ContentBlend, FeatureTable } from '../../core/catalog';
import type { CatalogIndex } from '../ranking';

/** A catalogue as the learner needs it, the index, with what that was made from. */
export interface LearnerCatalog {
  index: CatalogIndex;
  /** Start weights of the terms that the shop fitted to its side model, by term; default: those of every shop. */
  startWeights?: Readonly<Record<string, number>>;
  table: FeatureTable;
  /** How content is compared. */
  blend: ContentBlend;
}
