// Carries a profile out of a worker and into another, of this page or another device. Few pages need it.

import * as v from 'valibot';
import { exactObject } from '../../core/common/schema';
import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import { type ImportResult, type Kept, parsed, type RollbackOptions } from '../protocol';
import { encryptedFiles, type Store } from '../store';
import { firstOf, isEmpty } from './device-move';
import type { Call, EngineParts } from './engine-parts';
import { decodeExport, type ExportedProfile, encodeExport, importedEvents, keyOf } from './exported-file';
import { unknownSnapshot } from './profile-storage';

/**
 * Continues with the data of another worker. Events that are already in the log are left out.
 * @throws SidestreamError `store/*`
 */
export async function takeOver({ memory, counts, hints }: Kept, parts: EngineParts): Promise<void> {
  const { storage, scheduler, events: recorder, listener, recommendations } = parts;
  const { era } = storage;
  if (hints !== undefined) (await recommendations.hints()).set(hints, era);
  if (counts.length > 0) recorder.resume(counts);
  if (storage.consent === 'denied') return;
  if (memory) {
    const known = new Set((await storage.eventsAfter(0)).map(keyOf));
    const events = memory.events.filter((event) => !known.has(keyOf(event)));
    const profile = await readProfile(memory.profile, parts);
    const takeIn = async (store: Store): Promise<void> => {
      const generation = await store.generation();
      const empty = await isEmpty(store);
      const logged = await store.append(events.map(({ id: _, ...event }) => event));
      for (const item of memory.items) await store.saveLocalItem(item);
      // A profile that the store already has takes precedence.
      if (!empty || !profile) return;
      const firstEvent = firstOf(profile, logged[0] && { from: events[0].id, to: logged[0].id });
      const lastEvent = logged.at(-1)?.id ?? 0;
      const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
      await store.saveProfile(stored, generation, { first: true });
    };
    await scheduler.reload(() => storage.change(era, takeIn));
  }
  await scheduler.catchUp().catch((thrown) => listener.error(SidestreamError.from(thrown)));
}

/** A usable profile; else null, and its events are learned again. */
async function readProfile(file: Uint8Array | null, { scheduler, listener }: EngineParts) {
  if (!file) return null;
  try {
    const profile = await (await profileFiles()).decodeProfile(file);
    scheduler.check(profile);
    return profile;
  } catch (thrown) {
    listener.error(SidestreamError.from(thrown));
    return null;
  }
}

const idSchema = v.pipe(v.number(), v.safeInteger());
const rollbackSchema = exactObject({ expert: v.optional(idSchema) } satisfies Record<
  keyof RollbackOptions,
  v.GenericSchema
>);
const passphraseSchema = v.optional(
  v.pipe(v.string(), v.minLength(1, 'must not be empty; leave it out for no passphrase')),
);
const fileSchema = v.instance(Blob, 'must be a Blob or File');
const optionsSchema = exactObject({
  passphrase: v.optional(v.string(), ''),
  merge: v.optional(v.boolean(), false),
});

/** @throws SidestreamError `bundle/*` if the required rest cannot be loaded */
export async function exportProfile({ rest, scheduler, session, storage }: Call, given?: unknown): Promise<Blob> {
  const passphrase = parsed(passphraseSchema, given, 'profile.export()', 'passphrase');
  await rest.load();
  if (rest.failure) throw rest.failure;
  await scheduler.catchUp();
  const { profile, log } = await session.run(async ({ learner }) => {
    const saved = learner.save();
    return { profile: saved, log: await storage.eventsAfter(0) };
  });
  const file = await encodeExport(
    profile,
    log.filter(({ id }) => id <= profile.lastEvent),
  );
  const bytes = passphrase === undefined ? file : await (await encryptedFiles()).encryptFile(file, passphrase);
  return new Blob([bytes], { type: 'application/octet-stream' });
}

export async function importProfile(call: Call, source: unknown, given?: unknown): Promise<ImportResult> {
  const { passphrase, merge } = parsed(optionsSchema, given ?? {}, 'profile.import()');
  const blob = parsed(fileSchema, source, merge ? 'profile.merge()' : 'profile.import()', 'file');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const { isEncrypted, decryptFile } = await encryptedFiles();
  const file = await decodeExport(isEncrypted(bytes) ? await decryptFile(bytes, passphrase) : bytes);
  call.scheduler.check(file.profile);
  if (!merge) return replaceProfile(call, file);
  return (await import('./profile-merge')).mergeProfile(call, file.log);
}

async function replaceProfile(
  { scheduler, session, storage, era }: Call,
  { profile, log: { whole, events: logged } }: ExportedProfile,
): Promise<ImportResult> {
  await scheduler.reload(async () => {
    // Its events were numbered by another log: here it counts as having learned all events.
    const last = await session.run(({ learner }) => learner.lastEvent);
    const events = importedEvents(logged, last);
    const firstEvent = whole ? Math.min(last + 1, profile.firstEvent) : 0;
    const stored = await (await profileFiles()).storedProfile({
      ...profile,
      lastEvent: last + events.length,
      firstEvent,
    });
    storage.checkEra(era);
    await storage.change(era, (store) => store.replace(stored, events));
  });
  return { added: logged.length, known: 0, leftOut: 0, exact: whole };
}

/** @throws SidestreamError `store/unknown-snapshot`, `store/forgotten` when everything was erased since the call */
export async function rollback(call: Call, given: unknown, options?: unknown): Promise<void> {
  const { scheduler, storage, era } = call;
  const id = parsed(idSchema, given, 'profile.rollback()', 'id');
  const { expert } = parsed(v.optional(rollbackSchema, {}), options, 'profile.rollback()', 'options');
  if (expert !== undefined) return rollbackExpert(call, id, expert);
  await scheduler.reload(async () => {
    if (!(await storage.change(era, (store) => store.rollback(id)))) throw unknownSnapshot(id);
  });
}

async function rollbackExpert(
  { rest, scheduler, session, storage, era }: Call,
  id: number,
  expert: number,
): Promise<void> {
  await rest.load();
  if (rest.failure) throw rest.failure;
  const { readProfile, storedProfile, withEarlierExpert } = await profileFiles();
  const putBack = async (): Promise<boolean> => {
    const { now, origin } = await session.run(({ learner, origin }) => ({ now: learner.save(), origin }));
    const stored = await storage.reading((store) => store.snapshotProfile(id));
    // Also before an error: what it names may have been erased.
    storage.checkEra(era);
    if (!stored) throw unknownSnapshot(id);
    const time = Date.now();
    const profile = withEarlierExpert(now, await readProfile(stored), expert, time);
    if (!profile) throw unknownExpert(id, expert);
    const { lastEvent, windows, history } = now;
    const snapshot = { time, choices: history.total, windows, lastEvent };
    const undo = { snapshot, profile: await storedProfile(now), generation: origin.generation };
    const next = await storedProfile(profile);
    return storage.change(era, async (store) => store === origin.store && store.replace(next, [], undo));
  };
  // Again if an event, another tab or another store came in between, which the learner knows after the reload.
  for (let done = false; !done; ) {
    await scheduler.catchUp();
    await scheduler.reload(async () => {
      done = await putBack();
    });
  }
}

const unknownExpert = (id: number, expert: number): SidestreamError =>
  new SidestreamError(
    'store/unknown-snapshot',
    `Expert ${expert} cannot be put back to snapshot ${id}: the snapshot lacks it, or it is on trial or gone. status.inspect('profile') names the snapshot of each expert as "earlier".`,
  );

/** The data in memory only; null if the device stores it, or nothing may be kept. */
export async function memoryOf({ scheduler, session, storage }: EngineParts) {
  await scheduler.catchUp();
  if (!storage.inMemory || storage.consent === 'denied') return null;
  // While events are only noted, the profile is the stored one, if any.
  const profile: Profile | null = await session.run(async ({ learner }) =>
    scheduler.complete ? learner.save() : (await storage.read()).profile,
  );
  return {
    profile: profile && (await (await profileFiles()).encodeProfile(profile)),
    events: await storage.eventsAfter(0),
    items: await storage.reading((store) => store.localItems()),
  };
}
