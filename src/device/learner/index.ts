export { featureMatrix, Learner, type LearnerCatalog, type LearnerOptions } from './learner';
export { NEWBORN, START_WITH_SIDE } from './personal-weights';
export type { Profile } from './profile';
export { type SharedLearning, sharedLearning } from './shared-learning';

/** Loads the code of the learning journal, which no list needs. */
export const journals = (): Promise<typeof import('./journal')> => import('./journal');

/** Loads the code that reads and writes profiles. The first list of a shopper without one does not need it. */
export const profileFiles = (): Promise<typeof import('./profile')> => import('./profile');
