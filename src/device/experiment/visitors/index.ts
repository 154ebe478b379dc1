export { nextReport } from './reported';
export {
  combined,
  type MetricLine,
  type Moments,
  metricLineSchema,
  sumsOf,
  VISITOR_COUNTS,
  type VisitorReport,
  type VisitorSums,
} from './visitor-sums';
