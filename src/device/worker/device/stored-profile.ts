import { loadKernel } from '../../../core/kernel';
import { SidestreamError } from '../../../error';
import { type Profile, profileFiles } from '../../learner';
import { firstOrigin, type ProfileOrigin, type Store } from '../../store';

/**
 * Reads the newest usable stored profile.
 * @returns `profile` is null without a usable profile; `errors` has one for each newer, unusable profile
 */
export async function readStoredProfile(
  store: Store,
): Promise<{ profile: Profile | null; origin: ProfileOrigin; errors: SidestreamError[] }> {
  // Before the profile itself: one that replaces it from now on has another generation.
  const origin = firstOrigin(store, await store.generation());
  const errors: SidestreamError[] = [];
  for (const stored of await store.profiles()) {
    // If it cannot be loaded, the state of the profile is unknown: it must not count as damaged. With the kernel, a first
    // list after a long history takes a fraction of the time; without it, the list is only slower.
    const [{ readProfile }] = await Promise.all([profileFiles(), loadKernel().catch(() => undefined)]);
    try {
      const profile = await readProfile(stored);
      origin.known = [profile.lastEvent, 0];
      return { profile, origin, errors };
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      errors.push(error);
      if (error.code === 'store/newer-schema') return { profile: null, origin: { ...origin, readOnly: true }, errors };
      origin.damaged = true;
    }
  }
  return { profile: null, origin, errors };
}
