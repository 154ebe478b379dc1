export { type CatalogIndex, catalogIndex } from './catalog-index';
export { loadReasons } from './explanation/reason-text';
export { categoryBlock, contentBlock, type FeatureBlock, numberBlock, orderBlock } from './feature-block';
export type { QueryVector } from './find/nearest';
export type { HintedCatalog, Hints, HintValue } from './hints';
export { PLACEMENTS, type Placement, type PriceRange, productOf, type Source } from './placement';
export { type RankedItem, type RankRequest, rank } from './rank';
export type { ExpertPart, ExpertState, RankState } from './rank-state';
export { contentScores, personalScores } from './retrieval/shard-scores';
export type { Filter, FilterCondition, FilterField, FilterValue } from './rules/filter';
export {
  type CategoryCap,
  mergedRules,
  type Pin,
  type Push,
  RULES_FILE,
  type Rules,
  ruleFields,
  rulesSchema,
  type SetField,
  type SetRule,
} from './rules/rules';
export { rankOf, scores, type TermWeights, topRows } from './score';
export { type ProductChoices, sideScores } from './terms/side-scores';
export {
  finiteValues,
  isWithoutBasis,
  MAX_HISTORY,
  type SideState,
  sideStateAfter,
  TERMS,
  type TermName,
  type TermSources,
  type TermValues,
  termValues,
} from './terms/terms';

/** Loads the code for `complement`, and for lists about more items than one. Other lists do without. */
export const listsInView = (): Promise<typeof import('./lists-in-view')> => import('./lists-in-view');

export { explain, influences, inspectRow, type ScorePart } from './explanation/explain';
export { nearestToPicture, nearestToText, noiseFloor } from './find/nearest';
export { type Found, mixed, rankFound, rulesOfFind, sharedCategory } from './find/rank-found';
export { WordIndex } from './find/word-index';
export { Hinting, hintFade, hintLifts, hintScale, hintsSchema, type ParsedHints, parseHints } from './hints';
export { patchedIndex } from './patched-index';
export { rerank } from './rerank';
export { filteredCategories, itemFilter } from './rules/filter';
export { inListOrder } from './rules/tastes';
export {
  fetchRules,
  holdsAt,
  type PublishedRule,
  type PublishedRules,
  parseRules,
  type RuleProblem,
  ruleProblemText,
  rulesAt,
} from './rules-file';
export { planRows, rankSegments } from './segments-and-rows';
// Code that lists do not need. What is not used with the first list is left out of the worker's script.
export { FREQUENCY_WEIGHT, frequencies, frequencyTerm, ShopDemand } from './shop-demand';
export { vectorOf } from './similarities';
export { choiceTable, lastChoices } from './terms/cooccurrence';
export { optionsOf, type ProductOption, usualSizes } from './variant-options';
