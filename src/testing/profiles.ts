import { PersonalWeights } from '../learner/personal-weights';
import { PROFILE_SCHEMA, type Profile } from '../learner/profile';
import { DriftDetector } from '../learner/windows/drift';

/** A profile with something in every field. */
export const PROFILE: Profile = {
  schema: PROFILE_SCHEMA,
  lastEvent: 12,
  history: { items: ['a', 'é', 'a'], strengths: [1, 0.5, 3], dismissed: ['c'], total: 2000 },
  weights: new PersonalWeights().save(),
  preferences: { 'content 2': Float32Array.of(0.5, -1e-20), 'year 3': Float32Array.of(1, 2, 3) },
  experts: new Uint8Array([10, 2, 3]),
  windows: 1,
  windowChoices: 4,
  drifts: 1,
  drift: new DriftDetector().save(),
  rejected: 0,
  expertsGain: 0.1,
  preferenceGain: 0.2,
  lastUpdate: 1_700_000_000_000,
};
