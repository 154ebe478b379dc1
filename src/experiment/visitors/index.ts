export { type MetricLine, metricLineSchema } from './metric-line';
export { type NextReport, nextReport } from './reported';
export {
  combined,
  type Moments,
  sumsOf,
  VISITOR_COUNTS,
  type VisitorCount,
  type VisitorReport,
  type VisitorSums,
  type VisitorTotals,
} from './visitor-sums';
