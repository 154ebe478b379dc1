// Exports a profile as a file, and imports one, which replaces the device's profile or is merged with it. Few shoppers have two devices.

import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import type { LoggedEvent } from '../../../core/events';
import { SidestreamError } from '../../../error';
import { type Learner, profileFiles } from '../../learner';
import { type ImportResult, parsed } from '../../protocol';
import { encryptedFiles, type Store } from '../../store';
import { type Call, takes } from '../call';
import {
  decodeExport,
  type ExportedLog,
  type ExportedProfile,
  encodeExport,
  importedEvents,
  isWhole,
  joinLogs,
} from './exported-file';
import { LOADED_AT_ONCE } from './shopper';

type Needs = Pick<Call, 'device' | 'catalog' | 'rest' | 'shards' | 'shopper' | 'reports' | 'era'>;

const passphraseSchema = v.optional(
  v.pipe(v.string(), v.minLength(1, 'must not be empty; leave it out for no passphrase')),
);
const fileSchema = v.instance(Blob, 'must be a Blob or File');
const optionsSchema = exactObject({
  passphrase: v.optional(v.string(), ''),
  merge: v.optional(v.boolean(), false),
});

/** @throws SidestreamError `bundle/*` if the required rest cannot be loaded */
export const exportProfile = takes(
  'profile.export()',
  [['passphrase', passphraseSchema]],
  async ({ rest, shopper, device }: Needs, passphrase) => {
    await rest.loadAll();
    await shopper.catchUp();
    const { profile, log } = await shopper.turns.run(async ({ learner }) => {
      const saved = learner.save();
      return { profile: saved, log: await device.eventsAfter(0) };
    });
    const file = await encodeExport(
      profile,
      log.filter(({ id }) => id <= profile.lastEvent),
    );
    const bytes = passphrase === undefined ? file : await (await encryptedFiles()).encryptFile(file, passphrase);
    return new Blob([bytes], { type: 'application/octet-stream' });
  },
);

export const importProfile = async (needs: Needs, source: unknown, given?: unknown): Promise<ImportResult> => {
  const { passphrase, merge } = parsed(optionsSchema, given ?? {}, 'profile.import()');
  const blob = parsed(fileSchema, source, merge ? 'profile.merge()' : 'profile.import()', 'file');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const { isEncrypted, decryptFile } = await encryptedFiles();
  const file = await decodeExport(isEncrypted(bytes) ? await decryptFile(bytes, passphrase) : bytes);
  return merge ? mergeProfile(needs, file.log) : replaceProfile(needs, file);
};

async function replaceProfile(
  { shopper, device, era }: Needs,
  { profile, log: { whole, events: logged } }: ExportedProfile,
): Promise<ImportResult> {
  await shopper.reload(async () => {
    // Its events were numbered by another log: here it counts as having learned all events.
    const last = await shopper.turns.run(({ learner }) => learner.lastEvent);
    const events = importedEvents(logged, last);
    const firstEvent = whole ? Math.min(last + 1, profile.firstEvent) : 0;
    const stored = await (await profileFiles()).storedProfile({
      ...profile,
      lastEvent: last + events.length,
      firstEvent,
    });
    device.checkEra(era);
    await device.change(era, (store) => store.replace(stored, events));
  });
  return { added: logged.length, known: 0, leftOut: 0, exact: whole };
}

/** Maximum duration of work between two pauses, ms: lists are made in the pauses. */
const SLICE = 30;

/**
 * Joins the log of another device to this one's, and learns both from the start in the order of time.
 * @throws SidestreamError `runtime/unknown-item` when the log is of another shop, `store/*`, `bundle/*`
 */
async function mergeProfile(needs: Needs, log: ExportedLog): Promise<ImportResult> {
  const { rest, shopper, device } = needs;
  await rest.loadAll();
  await shopper.catchUp();
  await loadItems(needs, log);
  const results: ImportResult[] = [];
  await shopper.reload(async () => {
    // The store may be replaced right afterwards; this is repeated then.
    results.push(await device.alone('merge', () => merge(needs, log)));
  });
  return results[0];
}

/** Loads the items that events are about, as was done when they were learned. */
async function loadItems({ catalog, shards, device }: Needs, { events }: ExportedLog): Promise<void> {
  if (shards) {
    const all = [...(await device.eventsAfter(0)), ...events].filter(({ type }) => type !== 'impression');
    const missing = [...new Set(all.map(({ itemId }) => itemId))].filter((id) => !catalog.find(id));
    for (let at = 0; at < missing.length; at += LOADED_AT_ONCE)
      await shards.load(missing.slice(at, at + LOADED_AT_ONCE));
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
async function merge(needs: Needs, log: ExportedLog): Promise<ImportResult> {
  const { turns } = needs.shopper;
  for (;;) {
    const found = await read(needs, log);
    const { logs, whole } = found;
    const { known, leftOut, added } = logs;
    const result: ImportResult = { added: added.length, known, leftOut, exact: whole && log.whole };
    if (added.length === 0) return result;
    const learner = turns.fresh();
    if (await learnAndStore(needs, learner, found)) return result;
  }
}

async function read({ device, era }: Needs, log: ExportedLog) {
  device.checkEra(era);
  const { profile: before, origin } = await device.read();
  if (origin.readOnly) {
    throw new SidestreamError(
      'store/newer-schema',
      'profile.merge(): newer code wrote the profile on this device. Reload the page to get that code, then try again.',
    );
  }
  const own = await device.eventsAfter(0);
  // Whether this log contains every event that was learned here.
  const whole = !origin.damaged && (before === null || isWhole(before, own));
  // Events of other devices may be older than this device's adjacent events; the dropped events of both are older than this.
  const since = own.find(({ imported }) => !imported)?.time ?? before?.lastUpdate ?? 0;
  const last = Math.max(own.at(-1)?.id ?? 0, before?.lastEvent ?? 0);
  return { before, origin, whole, last, logs: joinLogs(own, log.events, last, whole ? 0 : since) };
}

/** @returns false if another tab replaced the profile meanwhile, or another store is in use; nothing is stored then */
async function learnAndStore(needs: Needs, learner: Learner, found: Found): Promise<boolean> {
  const { device, era } = needs;
  const { before, origin, logs, whole } = found;
  const { storedProfile } = await profileFiles();
  const undone = await storedProfile(before ?? learner.save());
  // Events missing from the log are only in the profile, so continue from it.
  const base = whole ? null : before;
  if (base) learner.restore(base);
  await replay(needs, learner, base ? logs.events.filter(({ id }) => id > base.lastEvent) : logs.events);
  for (let { last } = found; ; ) {
    if (origin.store !== device.store || (await origin.store.generation()) !== origin.generation) return false;
    // Tracked while the other events were learned.
    const late = await device.eventsAfter(last);
    await replay(needs, learner, late);
    const moved = (late.at(-1)?.id ?? last) - found.last;
    last = found.last + moved;
    const added = logs.added.map((event) => ({ ...event, id: event.id + moved }));
    const snapshot = { choices: before?.history.total ?? 0, windows: before?.windows ?? 0 };
    const stored = await storedProfile({ ...learner.save(), lastEvent: last + added.length });
    device.checkEra(era);
    const undo = {
      profile: undone,
      generation: origin.generation,
      snapshot: { ...snapshot, time: Date.now(), lastEvent: last },
    };
    const replace = async (store: Store) => store === origin.store && store.replace(stored, added, undo);
    if (await device.change(era, replace)) return true;
  }
}

/** Learns events in slices, between which lists are made and the shopper may have changed their mind. */
async function replay(
  { device, reports, era }: Needs,
  learner: Learner,
  events: readonly LoggedEvent[],
): Promise<void> {
  const total = events.length;
  let end = performance.now() + SLICE;
  for (const [loaded, event] of events.entries()) {
    learner.observe(event);
    if (performance.now() < end) continue;
    reports.progress({ stage: 'merge', loaded: loaded + 1, total });
    await new Promise((resolve) => setTimeout(resolve));
    device.checkEra(era);
    end = performance.now() + SLICE;
  }
  if (total > 0) reports.progress({ stage: 'merge', loaded: total, total });
}
