// What carries a profile out of a worker and into another. Few pages need it.

import { type Profile, profileFiles } from '../learner';
import { encryptedFiles } from '../store';
import type { FeatureLoader } from './feature-loader';
import type { LearningScheduler } from './learning-scheduler';
import type { ProfileSession } from './profile-session';
import type { ProfileStorage } from './profile-storage';

export interface TransferContext {
  features: FeatureLoader;
  scheduler: LearningScheduler;
  session: ProfileSession;
  storage: ProfileStorage;
}

/** @throws SidestreamError `bundle/*` where the features that it is learned from cannot be loaded */
export async function exportProfile(
  { features, scheduler, session }: TransferContext,
  passphrase?: string,
): Promise<Uint8Array> {
  await features.load();
  if (features.failure) throw features.failure;
  await scheduler.catchUp();
  const profile = await session.run(({ learner }) => learner.save());
  const file = await (await profileFiles()).encodeProfile(profile);
  return passphrase === undefined ? file : (await encryptedFiles()).encryptFile(file, passphrase);
}

/** @param era in which the shopper asked for it */
export async function importProfile(
  { scheduler, session, storage }: TransferContext,
  file: Uint8Array,
  passphrase: string,
  era: number,
): Promise<void> {
  const { isEncrypted, decryptFile } = await encryptedFiles();
  const { decodeProfile } = await profileFiles();
  const profile = await decodeProfile(isEncrypted(file) ? await decryptFile(file, passphrase) : file);
  scheduler.check(profile);
  await scheduler.replaceStored(async () => {
    // Its events were numbered by another log: here it counts as having learned all events.
    const lastEvent = await session.run(({ learner }) => learner.lastEvent);
    await storage.replace({ ...profile, lastEvent }, era);
  });
}

/** What is in memory only; null where the device has it, or nothing may be kept. */
export async function memoryOf({ scheduler, session, storage }: TransferContext) {
  await scheduler.catchUp();
  if (!storage.inMemory || storage.consent === 'denied') return null;
  // While only notes are taken, the profile is the stored one, which may be none.
  const profile: Profile | null = await session.run(async ({ learner }) =>
    scheduler.complete ? learner.save() : (await storage.read()).profile,
  );
  return {
    profile: profile && (await (await profileFiles()).encodeProfile(profile)),
    events: await storage.eventsAfter(0),
    items: await storage.localItems(),
  };
}
