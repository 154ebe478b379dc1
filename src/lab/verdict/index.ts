export { compared, SHARES } from './effects';
export { type MetricLog, readMetricLog } from './metric-log';
export { operatingCells } from './operations';
export { readPilotCounts } from './pilot-counts';
export { type SampleRatio, type SplitDay, sampleRatio, sampleRatioOfDays, WRONG_SPLIT } from './sample-ratio';
export {
  type Arm,
  AT_HORIZON,
  advice,
  lossInWords,
  type SequentialPlan,
  type SequentialResult,
  sequentialTest,
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
