export { EVENT_TYPES, MAX_CHARACTERS } from '../../core/events';
export type * from './api';
export { browseSchema, categoriesSchema } from './browse-request';
export { channelName } from './channel-name';
export { type ConsentAnswer, consentAnswerSchema, type Refusal } from './consent-answer';
export { coreOf, setCore, unsetCore } from './core';
export { type Kept, keptSchema, type TrackedCall } from './hand-over';
export type * from './inspection';
export { parsed } from './parse-argument';
export {
  callSchema,
  optionsSchema,
  type ParsedRequest,
  parseConsent,
  recommendSchema,
  type TrackInput,
  trackSchema,
} from './requests';
export { carryErrors } from './rpc';
export type {
  BundleEncoders,
  EarlyManifest,
  EncodedFeatures,
  EncoderHost,
  GivenOptions,
  KeptUpdate,
  MetricReport,
  Places,
  PlacesMessage,
  RemoteListener,
  WorkerHost,
  WorkerRecommender,
} from './worker-api';
