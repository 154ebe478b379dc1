import { SidestreamError } from '../../../error';
import { type Profile, profileFiles } from '../../learner';
import { type DeviceStore, deleteDeviceStore, firstOrigin, type ProfileOrigin } from '../../store';
import type { Device } from './device';
import { forgotten, openDevice } from './opening';

/**
 * Moves log, profile and added items from memory to the device once the shopper consented, and announces it to the other tabs.
 * Only one tab moves at a time.
 * @param profile of this tab's learner; null if it does not learn, or has not learned anything yet
 * @returns the stored profile that the learner continues; null if the device already had one, which the learner must continue
 * @throws SidestreamError `store/*`: everything stays in memory then; `store/forgotten` if consent was withdrawn since
 */
export const moveToDevice = (device: Device, profile: Profile | null): Promise<ProfileOrigin | null> =>
  device.tabs.alone('grant', () => move(device, profile));

async function move(device: Device, profile: Profile | null): Promise<ProfileOrigin | null> {
  const { store: memory, era, tabs } = device;
  const isErased = (): boolean => era !== device.era;
  const isGranted = (): boolean => device.answers.last.consent === 'granted';
  const report = (thrown: unknown): void => device.listener?.onError(SidestreamError.from(thrown));
  // The shopper may have answered again while this call waited for its turn.
  if (!isGranted()) throw forgotten();
  const disk = await openDevice(device.options);
  try {
    // First of all: a reset in another tab from now on must be noticed.
    const generation = await disk.generation();
    const stored = profile && (await (await profileFiles()).storedProfile(profile));
    const [events, items] = [await memory.eventsAfter(0), await memory.localItems()];
    if (isErased()) throw forgotten();
    const isNew = await disk.adopt(events, items, stored);
    // A tab that opened the empty database before has not read this profile.
    if (isNew && stored) tabs.post('replaced');
    if (!(await device.use(disk, era)) || isErased()) throw forgotten();
    device.granted();
    try {
      // Events and items added to memory during the move.
      const later = await memory.eventsAfter(events.at(-1)?.id ?? 0);
      const added = (await memory.localItems()).filter((item) => !items.includes(item));
      await disk.adopt(later, added, null);
    } catch (thrown) {
      // The device is already in use, with later events: the move cannot be undone. After an erasure, nothing is missing.
      if (disk === device.store) report(thrown);
    }
    tabs.post(device.answers.last);
    tabs.post('events');
    return isNew ? firstOrigin(disk, generation, profile?.lastEvent) : null;
  } catch (thrown) {
    await leave(disk, device.options.namespace, !isGranted() || (disk.created && isErased())).catch((failed) => {
      // A deleted database no longer contains any data of this move.
      if (disk.lost === null) report(failed);
    });
    throw thrown;
  }
}

/**
 * Closes the device's store after a failed move. Deletes the database if the shopper withdrew consent, or if the move created it and no
 * other tab has written to it: an empty one would count as consent on the next visit.
 */
async function leave(disk: DeviceStore, namespace: string, withdrawn: boolean): Promise<void> {
  let unused = withdrawn;
  try {
    unused ||= disk.created && (await disk.profiles()).length + (await disk.eventsAfter(0)).length === 0;
  } finally {
    disk.close();
  }
  if (unused) await deleteDeviceStore(namespace);
}
