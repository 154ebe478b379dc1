export { fullFinetuneMethod, paperExpertMethod } from './base-tuning';
export { newcomerQuality, type RankedChoice, withPlaces } from './cold-start-quality';
export { type DeviceMethod, evaluateDevice } from './device';
export { DRIFT_PHASES, evaluateDrift } from './drift';
export { detectionQuality, driftAlarms, type WatchedStream } from './drift-detection';
export { splicedPairs } from './drift-streams';
export { type EventFormat, type EventLog, type PooledEvent, readEvents } from './event-log';
export { baseMethod, contentKnnMethod, learnerMethod, popularityMethod } from './methods';
export { evaluatePooled, type WindowRange } from './offline';
export type { PooledRun } from './offline-evaluation';
export { POOLED_METHODS, pooledMethods } from './offline-methods';
export { meanQuality, type Quality, QualityMeter } from './quality';
export { lnRankChange, thirds } from './quality-groups';
export { reportBody, reportLine, reportOrigin, seedsInWords, withResults } from './report';
export { type MethodRun, type ProtocolRun, parseRun, type ResultTable } from './result';
export { mergeRuns } from './result-merge';
export {
  type KeptResult,
  type KeptResults,
  keptText,
  type ProtocolSummary,
  parseKept,
  summary,
} from './result-summary';
export { shopperLikeness } from './shopper-likeness';
export { coldShoppers, endOfPast, type Shopper } from './shoppers';
