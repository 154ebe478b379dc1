export { type MetricLog, readMetricLog, totalsOf } from './metric-log';
export { type ComparedVariants, type PilotCounts, pilotTotals, readPilotCounts } from './pilot-counts';
export { type SampleRatio, type SplitDay, sampleRatioOfDays, WRONG_SPLIT } from './sample-ratio';
export {
  ADVICE,
  AT_HORIZON,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
  sequentialTestOfTotals,
  unitsNeeded,
} from './sequential-test';
export { type Verdict, type VerdictPlan, verdictOf } from './verdict';
export { comparisonCells, EXPLANATION, splitSentence, variantCells, verdictSentences } from './verdict-text';
