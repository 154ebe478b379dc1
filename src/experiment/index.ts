export { attribute, isConversion, LastClickIndex } from './attribution';
export { Counters, type Counts, countsSchema } from './counters';
export { EventAggregates, orderOf } from './event-aggregates';
export { assign, type Experiment, experimentSchema, type Variant } from './experiment';
export { type Metrics, type MetricsRow, withRatios } from './metrics';
