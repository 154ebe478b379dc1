// Loaded late: few shoppers have two devices, and fewer merge their profiles.

import type { LoggedEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { type Learner, profileFiles } from '../learner';
import type { ImportResult } from '../protocol';
import type { Store } from '../store';
import type { Call, EngineParts } from './engine-parts';
import { type ExportedLog, isWhole, joinLogs } from './exported-file';
import { LOADED_AT_ONCE } from './learning-scheduler';

/** Maximum duration of work between two pauses, ms: lists are made in the pauses. */
const SLICE = 30;

/**
 * Joins the log of another device to this one's, and learns both from the start in the order of time.
 * @throws SidestreamError `runtime/unknown-item` when the log is of another shop, `store/*`, `bundle/*`
 */
export async function mergeProfile(call: Call, log: ExportedLog): Promise<ImportResult> {
  const { rest, scheduler, storage } = call;
  await rest.load();
  if (rest.failure) throw rest.failure;
  await scheduler.catchUp();
  await loadItems(call, log);
  const results: ImportResult[] = [];
  await scheduler.reload(async () => {
    // The store may be replaced right afterwards; this is repeated then.
    results.push(await storage.alone('merge', () => merge(call, log)));
  });
  return results[0];
}

/** Loads the items that events are about, as was done when they were learned. */
async function loadItems({ catalog, shardLoader, storage }: EngineParts, { events }: ExportedLog): Promise<void> {
  if (shardLoader) {
    const all = [...(await storage.eventsAfter(0)), ...events].filter(({ type }) => type !== 'impression');
    const missing = [...new Set(all.map(({ itemId }) => itemId))].filter((id) => !catalog.find(id));
    for (let at = 0; at < missing.length; at += LOADED_AT_ONCE)
      await shardLoader.load(missing.slice(at, at + LOADED_AT_ONCE));
  }
  if (events.length > 0 && !events.some(({ itemId }) => catalog.find(itemId))) {
    throw new SidestreamError(
      'runtime/unknown-item',
      'profile.merge(): no event of the file is about an item of this shop. It was exported by another shop. Nothing was changed.',
    );
  }
}

type Found = Awaited<ReturnType<typeof read>>;

/** Nothing is stored before all is learned; then all of it is, in one transaction. To be called in a long turn. */
async function merge(call: Call, log: ExportedLog): Promise<ImportResult> {
  const { session } = call;
  for (;;) {
    const found = await read(call, log);
    const { logs, whole } = found;
    const { known, leftOut, added } = logs;
    const result: ImportResult = { added: added.length, known, leftOut, exact: whole && log.whole };
    if (added.length === 0) return result;
    const learner = session.fresh();
    await session.keepJournal(learner);
    if (await learnAndStore(call, learner, found)) return result;
  }
}

async function read({ storage, era }: Call, log: ExportedLog) {
  storage.checkEra(era);
  const { profile: before, origin } = await storage.read();
  if (origin.readOnly) {
    throw new SidestreamError(
      'store/newer-schema',
      'profile.merge(): newer code wrote the profile on this device. Reload the page to get that code, then try again.',
    );
  }
  const own = await storage.eventsAfter(0);
  // Whether this log contains every event that was learned here.
  const whole = !origin.damaged && (before === null || isWhole(before, own));
  // Events of other devices may be older than this device's adjacent events; the dropped events of both are older than this.
  const since = own.find(({ imported }) => !imported)?.time ?? before?.lastUpdate ?? 0;
  const last = Math.max(own.at(-1)?.id ?? 0, before?.lastEvent ?? 0);
  return { before, origin, whole, last, logs: joinLogs(own, log.events, last, whole ? 0 : since) };
}

/** @returns false if another tab replaced the profile meanwhile, or another store is in use; nothing is stored then */
async function learnAndStore(call: Call, learner: Learner, found: Found): Promise<boolean> {
  const { storage, era } = call;
  const { before, origin, logs, whole } = found;
  const { storedProfile } = await profileFiles();
  const undone = await storedProfile(before ?? learner.save());
  // Events missing from the log are only in the profile, so continue from it.
  const base = whole ? null : before;
  if (base) learner.restore(base);
  await replay(call, learner, base ? logs.events.filter(({ id }) => id > base.lastEvent) : logs.events);
  for (let { last } = found; ; ) {
    if (origin.store !== storage.store || (await origin.store.generation()) !== origin.generation) return false;
    // Tracked while the other events were learned.
    const late = await storage.eventsAfter(last);
    await replay(call, learner, late);
    const moved = (late.at(-1)?.id ?? last) - found.last;
    last = found.last + moved;
    const added = logs.added.map((event) => ({ ...event, id: event.id + moved }));
    const snapshot = { choices: before?.history.total ?? 0, windows: before?.windows ?? 0 };
    const stored = await storedProfile({ ...learner.save(), lastEvent: last + added.length });
    storage.checkEra(era);
    const undo = {
      profile: undone,
      generation: origin.generation,
      snapshot: { ...snapshot, time: Date.now(), lastEvent: last },
    };
    const replace = async (store: Store) => store === origin.store && store.replace(stored, added, undo);
    if (await storage.change(era, replace)) return true;
  }
}

/** Learns events in slices, between which lists are made and the shopper may have changed their mind. */
async function replay(
  { storage, listener, era }: Call,
  learner: Learner,
  events: readonly LoggedEvent[],
): Promise<void> {
  const total = events.length;
  let end = performance.now() + SLICE;
  for (const [loaded, event] of events.entries()) {
    learner.observe(event);
    if (performance.now() < end) continue;
    listener.progress({ stage: 'merge', loaded: loaded + 1, total });
    await new Promise((resolve) => setTimeout(resolve));
    storage.checkEra(era);
    end = performance.now() + SLICE;
  }
  if (total > 0) listener.progress({ stage: 'merge', loaded: total, total });
}
