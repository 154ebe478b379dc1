export { compared } from './effects';
export { type MetricLog, readMetricLog } from './metric-log';
export { type PilotCounts, pilotTotals, readPilotCounts } from './pilot-counts';
export { type SplitDay, sampleRatio, sampleRatioOfDays, WRONG_SPLIT } from './sample-ratio';
export {
  AT_HORIZON,
  advice,
  lossInWords,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
  sequentialTestOfTotals,
  type UnitsNeeded,
  unitsNeeded,
} from './sequential-test';
export { type VerdictPlan, verdictOf } from './verdict';
export {
  comparisonCells,
  EXPLANATION,
  setAsideText,
  splitSentence,
  variantCells,
  verdictSentences,
} from './verdict-text';
