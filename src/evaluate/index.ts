export { fullFinetuneMethod, paperExpertMethod, type TuningOptions } from './base-tuning';
export { type DeviceMethod, type DeviceProtocol, type DeviceRun, evaluateDevice } from './device';
export { type EventFormat, type EventLog, type PooledEvent, readEvents } from './events';
export { baseMethod, contentKnnMethod, type LearnerMethod, learnerMethod, popularityMethod } from './methods';
export {
  type Estimate,
  estimate,
  type MethodResult,
  methodResult,
  type Quality,
  QualityMeter,
} from './metrics';
export { reportLine, reportTable, withResults } from './report';
export type { MethodRun, ProtocolRun, ResultTable } from './result';
export { type ColdSplit, coldShoppers, endOfPast, type Shopper } from './shoppers';
