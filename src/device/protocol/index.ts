export { EVENT_TYPES, MAX_CHARACTERS } from '../../core/events';
export type * from './api';
export { coreOf, setCore, unsetCore } from './core';
export { type Kept, keptSchema, type TrackedCall } from './hand-over';
export type * from './inspection';
export { parsed } from './parse-argument';
export {
  type ConsentAnswer,
  callSchema,
  consentAnswerSchema,
  consentSchema,
  localItemSchema,
  optionsSchema,
  type ParsedOptions,
  type ParsedRequest,
  type Refusal,
  recommendSchema,
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
