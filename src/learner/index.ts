export { learnerMemory, preloadCompute } from './compute';
export { Learner, type LearnerOptions } from './learner';
export type { LearnerCatalog } from './learner-catalog';
export type { Profile } from './profile';
export { decodeProfile, encodeProfile, readProfile, storedProfile, upgradeStoredProfile } from './profile-file';
export { DriftDetector, type DriftOptions } from './windows/drift';
export { PreferenceDistance } from './windows/drift-distance';
