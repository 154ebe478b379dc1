// Only where nothing is learned.

import { Learner } from '../learner';
import { eventSize } from '../store';
import type { LoadedCatalog } from './loaded-catalog';
import type { ProfileStorage } from './profile-storage';

export interface LimitLogContext {
  storage: ProfileStorage;
  catalog: LoadedCatalog;
}

/**
 * Without learning, events do not cause a profile to be saved. Before the log outgrows its budget, the shopper state of its
 * oldest events is saved in the stored profile, which allows dropping these events.
 */
export async function limitLog(context: LimitLogContext): Promise<void> {
  const { storage } = context;
  // A tab that leads and learns keeps the log within its budget when it saves.
  if (storage.measuringDue) await storage.leadFor(() => cutLog(context));
}

async function cutLog({ storage, catalog }: LimitLogContext): Promise<void> {
  const { profile, origin } = await storage.read();
  const events = await storage.eventsAfter(profile?.lastEvent ?? 0);
  const gone = storage.excess(events.map(eventSize));
  if (gone === 0) return;
  const folded = new Learner(catalog);
  folded.restore(profile, []);
  for (const event of events.slice(0, gone)) folded.note(event);
  await storage.save(folded.save(), origin);
}
