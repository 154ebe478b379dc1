export { attributed, isConversion, Touches } from './attribution';
export { Counters, type Counts, countsSchema } from './counters';
export { assign, type Experiment, experimentSchema, type Variant } from './experiment';
export { type Metrics, type MetricsRow, withRatios } from './metrics';
export { orderOf, Tally } from './tally';
