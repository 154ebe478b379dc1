export { type DeviceMethod, evaluateDevice } from './device';
export { deviceVerdict, verdictText } from './device-verdict';
export {
  DRIFT_PHASES,
  DRIFT_RANKED,
  phaseOf,
  type SplicedStream,
  shopperPairs,
  splicedPairs,
} from './drift';
export { evaluateFirstVisits, FIRST_CHOICES, type HintMethod } from './first-visit';
export { listQuality } from './list-quality';
export { joinMeasured, joinStreams, type MethodRanks, measuredText, type Part, streamsOfPart } from './measurement';
export { contentKnnMethod, learnerMethod, popularityMethod, sideMethod } from './methods';
export { PAST_METHODS, type PastLog, type PastMethodName } from './past-methods';
export {
  basketQualities,
  coldStartQuality,
  lnRankChange,
  meanQuality,
  type Quality,
  qualityOf,
  type RankedChoice,
  sharedSeconds,
  shareOfSharedSeconds,
  streamQualities,
  thirds,
} from './quality';
export { purchaseStreams, rankRepeats, repeatShare } from './repeat-ranks';
export { reportBody, reportLine, reportOrigin, seedsInWords, withResults } from './report';
export {
  type KeptResult,
  type KeptResults,
  keptText,
  type MethodRun,
  mergeRuns,
  type ProtocolRun,
  type ProtocolSummary,
  parseKept,
  parseRun,
  type ResultTable,
  summary,
} from './result';
export { coldShoppers, type Shopper, shopperSimilarity } from './shoppers';
