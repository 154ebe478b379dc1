export { EVENT_TYPES, MOST_CHARACTERS } from '../events';
export type * from './api';
export { type ConsentAnswer, consentAnswerSchema, isLater, parseConsent } from './consent';
export type { GivenOptions } from './given-options';
export { type Kept, keptSchema } from './hand-over';
export { parsed } from './parse-argument';
export type { Places, PlacesMessage } from './places';
export {
  browseSchema,
  callSchema,
  optionsSchema,
  type ParsedRequest,
  recommendSchema,
  type TrackInput,
  trackSchema,
} from './requests';
export { carryErrors } from './rpc';
export type {
  BundleEncoders,
  EncodedFeatures,
  EncoderHost,
  RemoteListener,
  WorkerHost,
  WorkerRecommender,
} from './worker-api';
