export { attribute, isConversion, LastClickIndex, orderOf } from './attribution';
export { Counters, type Counts, countsSchema } from './counters';
export type { EventAggregates } from './event-aggregates';
export type { assign, Experiment, Variant } from './experiment';
export type { Metrics, MetricsRow } from './metrics';
export type { MetricLine, Moments, VisitorReport, VisitorSums } from './visitors';
