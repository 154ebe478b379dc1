// The hand-over from a worker, or from a page of the same visit, to the next. Most pages never load this code.

import * as v from 'valibot';
import type { NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { profileFiles } from '../learner';
import { keptSchema, type TrackInput } from '../protocol';
import type { Store } from '../store';
import type { EngineParts } from './engine-parts';
import { keyOf } from './join-logs';
import { firstOf, isEmpty } from './profile-storage';

/**
 * Continues with handed-over data. Events that are already in the log are left out.
 * @param given parsed here: it may come from the page's sessionStorage
 * @param entryOf makes an entry of the log; throws for an event that the page could not track
 * @throws SidestreamError `store/*`
 */
export async function takeOver(
  given: unknown,
  parts: EngineParts,
  entryOf: (event: TrackInput, time: number) => NewEvent,
): Promise<void> {
  const { storage, scheduler, events: recorder, listener, recommendations } = parts;
  const { era } = storage;
  const result = v.safeParse(keptSchema, given);
  if (!result.success) {
    const [{ message, path }] = result.issues;
    const where = path?.map(({ key }) => `${key}`).join('.');
    const text = `The saved data of this visit cannot be read (${where}: ${message}). The visit continues without it.`;
    throw new SidestreamError('store/corrupt', text);
  }
  const { memory, counts, tracked = [], hints } = result.output;
  if (hints !== undefined) await recommendations.setHints(hints);
  if (counts.length > 0) recorder.resume(counts);
  if (storage.consent === 'denied') return;
  const known = new Set((await storage.eventsAfter(0)).map(keyOf));
  const isNew = (event: NewEvent): boolean => !known.has(keyOf(event));
  if (memory) {
    const { items } = memory;
    const events = memory.events.filter(isNew);
    const profile = await readProfile(memory.profile, parts);
    const takeIn = async (store: Store): Promise<void> => {
      const generation = await store.generation();
      const empty = await isEmpty(store);
      const logged = await store.append(events.map(({ id: _, ...event }) => event));
      for (const item of items) await store.saveLocalItem(item);
      // A profile that the store already has takes precedence.
      if (!empty || !profile) return;
      const firstEvent = firstOf(profile, logged[0] && { from: events[0].id, to: logged[0].id });
      const lastEvent = logged.at(-1)?.id ?? 0;
      const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
      await store.saveProfile(stored, generation, { first: true });
    };
    await scheduler.replaceStored(() => storage.change(era, takeIn));
    for (const event of memory.events) known.add(keyOf(event));
  }
  const entries = tracked.flatMap(({ time, ...event }) => {
    try {
      const entry = entryOf(event, time);
      return isNew(entry) ? [entry] : [];
    } catch {
      // The page that tracked the event got the same error, unless the item left the shop since.
      return [];
    }
  });
  if (era !== storage.era) return;
  // One after the other: each may be attributed to a click before it.
  for (const entry of entries) await recorder.append([entry]);
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
