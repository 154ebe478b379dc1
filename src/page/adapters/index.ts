export { connectAgent } from './agent';
export type { AgentOptions, AgentRecommender } from './agent-tools';
export { type AttributesOptions, connectAttributes } from './attributes';
export {
  type ConsentCallback,
  type Consenter,
  type ConsentOptions,
  type ConsentReport,
  type ConsentReportOptions,
  type ConsentSource,
  connectConsent,
  type ToolName,
} from './consent';
export { connectDataLayer, type DataLayerOptions } from './data-layer';
export type { Ga4Options } from './ga4-event';
export { connectGrid, type GridOptions, type Ranker } from './grid';
export { type HintMapping, hintsFromUrl } from './hints-from-url';
export type { AdapterOptions, AdapterReport, AdapterSource, DroppedReport, DropReason, TrackedReport } from './report';
export {
  algoliaFilters,
  type FindIds,
  meilisearchContext,
  type RankedResults,
  type RankedResultsOptions,
  type ResultsPage,
  rankResults,
  searchTaste,
  type Taste,
  type TasteFields,
  typesenseSort,
} from './search';
export { beaconSink, callbackSink, type Ga4Target, ga4Sink } from './sinks';
