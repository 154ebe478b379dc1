export { type MetricLine, metricLineSchema } from './metric-line';
export { nextReport } from './reported';
export {
  combined,
  type Moments,
  sumsOf,
  VISITOR_COUNTS,
  type VisitorReport,
  type VisitorSums,
} from './visitor-sums';
