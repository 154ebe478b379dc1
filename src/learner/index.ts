export { Learner } from './learner';
export type { LearnerCatalog } from './learner-catalog';
export { learnerMemory } from './learner-memory';
export type { LearnerOptions } from './learner-options';
export { preloadCompute } from './preload-compute';
export type { Profile } from './profile';
export { decodeProfile, encodeProfile, readProfile, storedProfile, upgradeStoredProfile } from './profile-file';
export { DriftDetector, type DriftOptions } from './windows/drift';
export { PreferenceDistance } from './windows/drift-distance';
