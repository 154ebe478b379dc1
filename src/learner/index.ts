export type { Backend } from './backend';
export type { BaseModel } from './base-model';
export type { LearnerCatalogue } from './catalogue';
export { DriftDetector, type DriftOptions, driftSchema, type StoredDrift } from './drift';
export { type DriftVectors, TasteDistance } from './drift-distance';
export {
  detailFields,
  EVENT_TYPES,
  type EventType,
  eventFields,
  eventSchema,
  itemIdSchema,
  type LoggedEvent,
  type NewEvent,
} from './event';
export { Learner } from './learner';
export type { LearnerOptions } from './learner-options';
export { learnerMemory } from './memory';
export { preloadCompute } from './preload-compute';
export type { Profile } from './profile';
export { decodeProfile, encodeProfile, readProfile, type StoredProfile, storedProfile } from './profile-file';
