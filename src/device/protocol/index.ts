export { EVENT_TYPES, MAX_CHARACTERS } from '../../core/events';
export type * from './api';
export { coreOf, setCore, unsetCore } from './core';
export type * from './inspection';
export {
  type ConsentAnswer,
  callSchema,
  consentAnswerSchema,
  consentSchema,
  type Kept,
  keptSchema,
  localItemSchema,
  optionsSchema,
  type ParsedOptions,
  type ParsedRequest,
  parsed,
  type Refusal,
  recommendSchema,
  type TrackedCall,
  type TrackInput,
  trackSchema,
} from './requests';
export { carryErrors } from './rpc';
export {
  type BundleEncoders,
  channelName,
  type EarlyManifest,
  type EncodedFeatures,
  type EncodedQuery,
  type EncoderHost,
  type GivenOptions,
  type KeptUpdate,
  type MetricReport,
  type Places,
  type PlacesMessage,
  type QueryEncoder,
  type RemoteListener,
  type WorkerHost,
  type WorkerRecommender,
} from './worker-api';
