export { type MetricLog, readMetricLog, totalsOf } from './metric-log';
export { type ComparedVariants, type PilotCounts, pilotTotals, readPilotCounts } from './pilot-counts';
export {
  ADVICE,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
  sequentialTestOfTotals,
  unitsNeeded,
} from './sequential-test';
export { type Verdict, type VerdictPlan, verdictOf } from './verdict';
export { comparisonCells, EXPLANATION, variantCells, verdictSentences } from './verdict-text';
