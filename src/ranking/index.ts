export { type ContentBlend, type ContentVectors, contentBlend, contentVectors } from '../catalog';
export { type CatalogueIndex, catalogueIndex } from './catalogue-index';
export { type CategoryIndex, categoryIndex, categoryPreference } from './category-preference';
export { companionship } from './companionship';
export { explain, type RowExplanation } from './explain';
export type { NumberColumn } from './numbers';
export type { Placement, Source } from './placement';
export { type RankedItem, type RankRequest, rank } from './rank';
export type { RankState } from './rank-state';
export {
  baseTaste,
  type ContentTaste,
  type ContentWeights,
  contentScores,
  contentTaste,
} from './retrieval/content-taste';
export { type Candidate, clustersOf, Retrieval } from './retrieval/retrieval';
export type { Filter, FilterCondition, FilterField, FilterValue } from './rules/filter';
export { type CategoryCap, mergedRules, type Pin, type Push, type Rules, ruleFields, rulesSchema } from './rules/rules';
export type { ShopperRecord } from './rules/shopper-record';
export { rankOf, scores, type TermWeights, topRows } from './score';
export { SENTENCE_LANGUAGES, type SentenceLanguage, sentence, sentenceLanguage } from './sentences';
export {
  type BaseSignal,
  type ExpertEmbeddings,
  HALF_LIFE,
  rawTermValues,
  recencyWeights,
  TERMS,
  type TermName,
  type TermSources,
  type TermValues,
  termValues,
} from './terms';
