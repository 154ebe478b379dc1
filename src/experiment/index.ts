export { attribute, isConversion, LastClickIndex } from './attribution';
export { Counters, type Counts, countsSchema } from './counters';
export type { EventAggregates } from './event-aggregates';
export { assign, type Experiment, experimentSchema, type Variant } from './experiment';
export type { Metrics, MetricsRow } from './metrics';
export { orderOf } from './order';
