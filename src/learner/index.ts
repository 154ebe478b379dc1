export type { Backend } from './backend';
export type { BaseModel } from './base-model';
export type { LearnerCatalogue } from './catalogue';
export { DriftDetector, type DriftOptions, driftSchema, type StoredDrift } from './drift';
export { type DriftVectors, TasteDistance } from './drift-distance';
export { EVENT_TYPES, type EventType, eventSchema, type LoggedEvent, type NewEvent } from './event';
export { Learner, type LearnerOptions } from './learner';
export type { Profile } from './profile';
export { decodeProfile, encodeProfile, readProfile, type StoredProfile, storedProfile } from './profile-file';
