import { SidestreamError } from '../../../error';
import { type Profile, profileFiles } from '../../learner';
import { type DeviceStore, deleteDeviceStore, firstOrigin, type ProfileOrigin, type Store } from '../../store';
import type { Device } from './device';
import { forgotten, openDevice } from './opening';

/** Ids of the last and of the first event that a learner contains. */
type Position = Pick<Profile, 'lastEvent' | 'firstEvent'>;

/** A learner's position after its log and profile were moved to the device. */
interface Moved extends Position {
  origin: ProfileOrigin;
}

/**
 * Moves log, profile and added items from memory to the device once the shopper consented, and announces it to the other tabs.
 * Only one tab moves at a time.
 * @param profile of this tab's learner; null if it does not learn, or has not learned anything yet
 * @param at its events in the log in memory
 * @returns null if the device already had a profile, which the learner must then continue
 * @throws SidestreamError `store/*`: everything stays in memory then; `store/forgotten` if consent was withdrawn since
 */
export const moveToDevice = (device: Device, profile: Profile | null, at: Position): Promise<Moved | null> =>
  device.tabs.alone('grant', () => move(device, profile, at));

async function move(device: Device, profile: Profile | null, at: Position): Promise<Moved | null> {
  const { store: memory, era, tabs } = device;
  const isErased = (): boolean => era !== device.era;
  const isGranted = (): boolean => device.answers.last.consent === 'granted';
  const report = (thrown: unknown): void => device.listener?.onError(SidestreamError.from(thrown));
  // The shopper may have answered again while this call waited for its turn.
  if (!isGranted()) throw forgotten();
  const disk = await openDevice(device.options);
  const moved: CopiedEvent[] = [];
  try {
    // First of all: a reset in another tab from now on must be noticed.
    const generation = await disk.generation();
    let isNew = await isEmpty(disk);
    if (isErased()) throw forgotten();
    await copyEvents(memory, disk, 0, moved);
    const lastEvent = moved.findLast(({ from }) => from <= at.lastEvent)?.to ?? 0;
    const firstEvent = firstOf(at, moved[0]);
    const items = await memory.localItems();
    for (const item of items) await disk.saveLocalItem(item);
    if (isNew && profile) {
      const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
      isNew = await disk.saveProfile(stored, generation, { first: true });
      // A tab that opened the empty database before has not read this profile.
      if (isNew) tabs.post('replaced');
    }
    if (!(await device.use(disk, era)) || isErased()) throw forgotten();
    device.granted();
    try {
      // Events and items added to memory during the move.
      await copyEvents(memory, disk, moved.at(-1)?.from ?? 0);
      for (const item of await memory.localItems()) if (!items.includes(item)) await disk.saveLocalItem(item);
    } catch (thrown) {
      // The device is already in use, with later events: the move cannot be undone. After an erasure, nothing is missing.
      if (disk === device.store) report(thrown);
    }
    tabs.post(device.answers.last);
    tabs.post('events');
    return isNew ? { lastEvent, firstEvent, origin: firstOrigin(disk, generation, lastEvent) } : null;
  } catch (thrown) {
    const unused = !isGranted() || (disk.created && isErased());
    await undo(disk, device.options.namespace, unused ? null : moved).catch((failed) => {
      // A deleted database no longer contains any data of this move.
      if (disk.lost === null) report(failed);
    });
    throw thrown;
  }
}

/**
 * Undoes a failed move: events left on the device would be stored twice after another attempt. Deletes the database when
 * the move created it and no other tab has written to it.
 * @param moved null: deletes it in any case, because the shopper withdrew consent
 */
async function undo(device: DeviceStore, namespace: string, moved: readonly CopiedEvent[] | null): Promise<void> {
  let unused = moved === null;
  try {
    if (moved) {
      await device.removeEvents(moved.map(({ to }) => to));
      unused = device.created && (await isEmpty(device));
    }
  } finally {
    device.close();
  }
  if (unused) await deleteDeviceStore(namespace);
}

/** Whether a store has neither profile nor events. */
export const isEmpty = async (store: Store): Promise<boolean> =>
  (await store.profiles()).length + (await store.eventsAfter(0)).length === 0;

/** Id of the first event that a learner contains, after its log was copied. @param copied first event of that log, if any */
export function firstOf({ firstEvent }: Position, copied: CopiedEvent | undefined): number {
  if (firstEvent === Number.MAX_SAFE_INTEGER) return firstEvent;
  return copied && copied.from <= firstEvent ? copied.to : 0;
}

interface CopiedEvent {
  from: number;
  to: number;
}

/**
 * Copies all events after a given one to another store.
 * @param ids filled with the ids of the copied events, in the order of the log
 */
async function copyEvents(from: Store, to: Store, after: number, ids: CopiedEvent[] = []): Promise<void> {
  let events = await from.eventsAfter(after);
  while (events.length > 0) {
    const copied = await to.append(events.map(({ id: _, ...event }) => event));
    ids.push(...events.map(({ id }, n) => ({ from: id, to: copied[n].id })));
    events = await from.eventsAfter(events[events.length - 1].id);
  }
}
