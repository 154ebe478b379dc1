export {
  type FindIds,
  type RankedResults,
  type RankedResultsOptions,
  type ResultsPage,
  rankResults,
} from './ranked-results';
export {
  algoliaFilters,
  meilisearchContext,
  searchTaste,
  type Taste,
  type TasteFields,
  typesenseSort,
} from './search-taste';
