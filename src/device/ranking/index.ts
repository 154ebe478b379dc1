export { type CatalogIndex, catalogIndex } from './catalog-index';
export type { ExpertState } from './expert-state';
export { loadReasons } from './explanation/reason-text';
export {
  ATTRIBUTE_WEIGHT,
  categoryBlock,
  contentBlock,
  type FeatureBlock,
  featureBlock,
  NUMBER_RBFS,
  numberRbf,
  ORDER_RBFS,
  orderRbf,
} from './feature-block';
export type { QueryVector } from './find/nearest-items';
export type { HintedCatalog, Hints, HintValue } from './hints/hints';
export { PLACEMENTS, type Placement, type Source } from './placement';
export { type PriceRange, productOf } from './product-variants';
export { type RankedItem, type RankRequest, rank } from './rank';
export type { ExpertPart, RankState } from './rank-state';
export { baseProfile, type ContentProfile, type ContentWeights, contentProfile } from './retrieval/content-profile';
export { clustersOf, Retrieval } from './retrieval/retrieval';
export type { Filter, FilterCondition, FilterField, FilterValue } from './rules/filter';
export {
  type CategoryCap,
  mergedRules,
  type Pin,
  type Push,
  type Rules,
  ruleFields,
  rulesSchema,
  type SetField,
  type SetRule,
} from './rules/rules';
export { RULES_FILE } from './rules-file/rules-name';
export { rankOf, scores, type TermWeights, topRows } from './score';
export { MAX_ABS_Z, type NumberFeatures } from './terms/numeric-affinity';
export { sideScores } from './terms/side-scores';
export {
  finiteValues,
  isWithoutBasis,
  MAX_HISTORY,
  rawTermValues,
  TERMS,
  type TermName,
  type TermSources,
  type TermValues,
  termValues,
} from './terms/terms';

/** Loads the code for `complement`, and for lists about more items than one. Other lists do without. */
export const listsInView = (): Promise<typeof import('./lists/in-view')> => import('./lists/in-view');

/** Loads the inspector's code for splitting scores, which no list needs. */
export const inspections = (): Promise<typeof import('./explanation/inspect')> => import('./explanation/inspect');
export { choiceTable } from './terms/cooccurrence';
