export type { Backend } from './backend';
export type { BaseModel } from './base-model';
export { EVENT_TYPES, type EventType, eventSchema, type LoggedEvent, type NewEvent } from './event';
export { Learner, type LearnerCatalogue, type LearnerOptions } from './learner';
export { type Profile, parseProfile } from './profile';
