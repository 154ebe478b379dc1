export { coldStartQuality, type RankedChoice } from './cold-start-quality';
export { comparison } from './comparison';
export { type DeviceMethod, evaluateDevice } from './device';
export { deviceVerdict, verdictText } from './device-verdict';
export {
  ceilingNames,
  ceilingsOf,
  DRIFT_PHASES,
  type DriftMethod,
  evaluateDrift,
  phaseOf,
  phasesOf,
  type SplicedStream,
  splicedPairs,
} from './drift';
export { evaluateFirstVisits, FIRST_CHOICES, type HintMethod } from './first-visit';
export { listQuality } from './list-quality';
export { joinMeasured, type MethodRanks, measuredText, type Part, streamsOfPart } from './measurement';
export { contentKnnMethod, type LearnerShop, learnerMethod, popularityMethod, sideMethod } from './methods';
export { PAST_METHODS, type PastMethodName } from './past-methods';
export { estimate, lnRankChange, meanQuality, type Quality, qualityOf, thirds } from './quality';
export { purchaseStreams, rankRepeats, repeatShare } from './repeat-ranks';
export { reportBody, reportLine, reportOrigin, seedsInWords, withResults } from './report';
export { type MethodRun, mergeRuns, type ProtocolRun, parseRun, type ResultTable } from './result';
export {
  type KeptResult,
  type KeptResults,
  keptText,
  type ProtocolSummary,
  parseKept,
  summary,
} from './result-summary';
export { type SharedLearning, sharedLearning } from './shared-work';
export { coldShoppers, type Shopper, shopperSimilarity } from './shoppers';
export { basketQualities, sharedSeconds, shareOfSharedSeconds, streamQualities } from './stream-quality';
