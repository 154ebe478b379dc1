export { attributed, isConversion, Touches } from './attribution';
export { Counters, type Counts, countsSchema } from './counters';
export { orderOf, Tally } from './event-aggregates';
export { assign, type Experiment, experimentSchema, type Variant } from './experiment';
export { type Metrics, type MetricsRow, withRatios } from './metrics';
