export { featureMatrix, Learner, type LearnerCatalog, type LearnerOptions } from './learner';
export { NEWBORN, START_WITH_SIDE } from './personal-weights';
export type { Profile } from './profile';
export { type SharedLearning, sharedLearning } from './shared-learning';

/** Loads the code that reads and writes profiles. The first list of a shopper without one does not need it. */
export const profileFiles = (): Promise<typeof import('./profile')> => import('./profile');
