export { combined } from '../../core/common/sums';
export { attribute, isConversion, LastClickIndex, orderOf } from './attribution';
export { Counters, type Counts } from './counters';
export type { EventAggregates, Metrics, MetricsRow } from './event-aggregates';
export type { Experiment, Variant } from './experiment';
export { boundOf, type OperatingFigures, TIME_BOUNDS } from './operating-figures';
export {
  type MetricLine,
  type Moments,
  metricLineSchema,
  nextReport,
  sumsOf,
  VISITOR_COUNTS,
  type VisitorReport,
  type VisitorSums,
} from './visitors';
