export * from './agent';
export type { AgentOptions, AgentRecommender } from './agent-tools';
export * from './attributes';
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
export * from './data-layer';
export type { Ga4Options } from './ga4-event';
export * from './grid';
export * from './hints-from-url';
export * from './ranked-results';
export type { AdapterOptions, AdapterReport, AdapterSource, DroppedReport, DropReason, TrackedReport } from './report';
export * from './search-taste';
export * from './sinks';
