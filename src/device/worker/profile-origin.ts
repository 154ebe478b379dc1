import { loadKernel } from '../../core/kernel';
import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import type { Store } from '../store';

/**
 * The stored profile that a learner continues. It is checked at every save to avoid overwriting a profile that replaced it.
 */
export interface ProfileOrigin {
  readonly store: Store;
  /** See `Store.generation`. */
  readonly generation: number;
  /** Newer code wrote the stored profile, which must not be overwritten. */
  readonly readOnly: boolean;
  /** The newest stored profile could not be read. */
  damaged: boolean;
  /** Ids of the last events in the newest stored profile and its predecessor; 0 if missing. */
  known: [number, number];
}

/** Origin of the first profile in a store. @param lastEvent id of the last event that it contains */
export const firstOrigin = (store: Store, generation = 0, lastEvent = 0): ProfileOrigin => ({
  store,
  generation,
  readOnly: false,
  damaged: false,
  known: [lastEvent, 0],
});

/**
 * Reads the newest usable stored profile.
 * @param check throws for an unusable profile
 * @param onError called for each newer, unusable profile
 * @returns `profile` is null without a usable profile
 */
export async function readStoredProfile(
  store: Store,
  check: (profile: Profile) => void,
  onError: (error: SidestreamError) => void,
): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
  // Before the profile itself: one that replaces it from now on has another generation.
  const origin = firstOrigin(store, await store.generation());
  for (const stored of await store.profiles()) {
    // If it cannot be loaded, the state of the profile is unknown: it must not count as damaged. With the kernel, a first
    // list after a long history takes a fraction of the time; without it, the list is only slower.
    const [{ readProfile }] = await Promise.all([profileFiles(), loadKernel().catch(() => undefined)]);
    try {
      const profile = await readProfile(stored);
      check(profile);
      origin.known = [profile.lastEvent, 0];
      return { profile, origin };
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      onError(error);
      if (error.code === 'store/newer-schema') return { profile: null, origin: { ...origin, readOnly: true } };
      origin.damaged = true;
    }
  }
  return { profile: null, origin };
}
