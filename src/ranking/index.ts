export { type ContentBlend, type ContentVectors, contentBlend, contentVectors } from '../catalog';
export { type CatalogueIndex, catalogueIndex } from './catalogue-index';
export { type CategoryIndex, categoryIndex, categoryPreference } from './category-preference';
export { companionship } from './companionship';
export type { NumberColumn } from './numbers';
export type { Placement, Source } from './placement';
export { type RankedItem, type RankRequest, type RankState, rank } from './rank';
export {
  baseTaste,
  type ContentTaste,
  type ContentWeights,
  contentScores,
  contentTaste,
} from './retrieval/content-taste';
export { type Candidate, clustersOf, Retrieval } from './retrieval/retrieval';
export { rankOf, scores, type TermWeights } from './score';
export {
  type BaseSignal,
  type ExpertEmbeddings,
  HALF_LIFE,
  recencyWeights,
  type Taste,
  TERMS,
  type TermName,
  type TermSources,
  type TermValues,
  termValues,
} from './terms';
