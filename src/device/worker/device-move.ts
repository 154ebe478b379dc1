import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import { type DeviceStore, deleteDeviceStore, type LocalItem, type Store } from '../store';
import { forgotten, openDevice } from './device-opening';
import { firstOrigin, type ProfileOrigin } from './profile-origin';
import type { SharedStore } from './shared-store';

/** Ids of the last and of the first event that a learner contains. */
export type Position = Pick<Profile, 'lastEvent' | 'firstEvent'>;

/** A learner's position after its log and profile were moved to the device. */
export interface Moved extends Position {
  origin: ProfileOrigin;
}

/** Moves log, profile and added items from memory to the device, once the shopper consented. */
export class DeviceMove {
  readonly #storage: SharedStore;
  readonly #memory: Store;
  readonly #era: number;
  readonly #moved: CopiedEvent[] = [];

  constructor(storage: SharedStore) {
    this.#storage = storage;
    this.#memory = storage.store;
    this.#era = storage.era;
  }

  get #isErased(): boolean {
    return this.#era !== this.#storage.era;
  }

  get #isGranted(): boolean {
    return this.#storage.answers.last.consent === 'granted';
  }

  async run(profile: Profile | null, at: Position): Promise<Moved | null> {
    const storage = this.#storage;
    const { tabs } = storage;
    // The shopper may have answered again while this call waited for its turn.
    if (!this.#isGranted) throw forgotten();
    const device = await openDevice(storage.options);
    const [memory, moved] = [this.#memory, this.#moved];
    try {
      // First of all: a reset in another tab from now on must be noticed.
      const generation = await device.generation();
      let isNew = await isEmpty(device);
      if (this.#isErased) throw forgotten();
      await copyEvents(memory, device, 0, moved);
      const lastEvent = moved.findLast(({ from }) => from <= at.lastEvent)?.to ?? 0;
      const firstEvent = firstOf(at, moved[0]);
      const items = await memory.localItems();
      for (const item of items) await device.saveLocalItem(item);
      if (isNew && profile) {
        const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
        isNew = await device.saveProfile(stored, generation, { first: true });
        // A tab that opened the empty database before has not read this profile.
        if (isNew) tabs.post('replaced');
      }
      if (!(await storage.use(device, this.#era)) || this.#isErased) throw forgotten();
      storage.granted();
      await this.#copyLate(device, moved.at(-1)?.from ?? 0, items);
      tabs.post(storage.answers.last);
      tabs.post('events');
      return isNew ? { lastEvent, firstEvent, origin: firstOrigin(device, generation, lastEvent) } : null;
    } catch (thrown) {
      await this.#undo(device).catch((failed) => {
        // A deleted database no longer contains any data of this move.
        if (device.lost === null) this.#storage.listener?.onError(SidestreamError.from(failed));
      });
      throw thrown;
    }
  }

  /**
   * Undoes a failed move: events left on the device would be stored twice after another attempt. Deletes the database when
   * the shopper withdrew consent, or when this move created it and no other tab has written to it.
   */
  async #undo(device: DeviceStore): Promise<void> {
    let unused = !this.#isGranted || (device.created && this.#isErased);
    try {
      if (!unused) {
        await device.removeEvents(this.#moved.map(({ to }) => to));
        unused = device.created && (await isEmpty(device));
      }
    } finally {
      device.close();
    }
    if (unused) await deleteDeviceStore(this.#storage.options.namespace);
  }

  /** Copies the events and items that were added to memory during the move. */
  async #copyLate(device: DeviceStore, after: number, items: readonly LocalItem[]): Promise<void> {
    try {
      await copyEvents(this.#memory, device, after);
      for (const item of await this.#memory.localItems()) if (!items.includes(item)) await device.saveLocalItem(item);
    } catch (thrown) {
      // The device is already in use, with later events: the move cannot be undone. After an erasure, nothing is missing.
      if (device === this.#storage.store) this.#storage.listener?.onError(SidestreamError.from(thrown));
    }
  }
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
