export { connectAgent } from './agent';
export type { AgentOptions, AgentRecommender } from './agent-tools';
export { connectAttributes } from './attributes';
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
export {
  type FindIds,
  type RankedResults,
  type RankedResultsOptions,
  type ResultsPage,
  rankResults,
} from './ranked-results';
export type { AdapterOptions, AdapterReport, AdapterSource, DroppedReport, DropReason, TrackedReport } from './report';
export { beaconSink, callbackSink, type Ga4Target, ga4Sink } from './sinks';
