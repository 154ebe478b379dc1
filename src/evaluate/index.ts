export { fullFinetuneMethod, paperExpertMethod, type TuningOptions } from './base-tuning';
export { type DeviceMethod, type DeviceProtocol, type DeviceRun, evaluateDevice } from './device';
export { DRIFT_PHASES, type DriftPhase, type DriftProtocol, evaluateDrift } from './drift';
export { type DetectionQuality, detectionQuality, driftAlarms, type WatchedStream } from './drift-detection';
export { type SplicedStream, splicedPairs } from './drift-streams';
export { type EventFormat, type EventLog, type PooledEvent, readEvents } from './events';
export { type LinkQuality, type LinkSets, linkQuality } from './link-recall';
export { baseMethod, contentKnnMethod, type LearnerMethod, learnerMethod, popularityMethod } from './methods';
export {
  type Estimate,
  estimate,
  type MethodResult,
  meanQuality,
  methodResult,
  type Quality,
  QualityMeter,
} from './metrics';
export { lnRankChange, thirds } from './metrics-groups';
export { evaluatePooled, type PooledProtocol, type WindowRange } from './pooled';
export type { PooledMethod, PooledRun } from './pooled-exam';
export { POOLED_METHODS, type PooledMethodName, pooledMethods } from './pooled-methods';
export { newcomerQuality, type RankedChoice, type RankedWindow, withPlaces } from './pooled-newcomers';
export { reportBody, reportLine, reportOrigin, reportTable, seedsInWords, withResults } from './report';
export { type MethodRun, type ProtocolRun, parseRun, type ResultTable } from './result';
export { type MergedRun, mergeRuns } from './result-merge';
export {
  type KeptResult,
  type KeptResults,
  keptText,
  type MethodSummary,
  type ProtocolSummary,
  parseKept,
  summary,
  type TableSummary,
} from './result-summary';
export { shopperLikeness } from './shopper-likeness';
export { type ColdSplit, coldShoppers, endOfPast, type Shopper } from './shoppers';
