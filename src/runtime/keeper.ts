import { SidestreamError } from '../error';
import { type LoggedEvent, type NewEvent, type Profile, readProfile, storedProfile } from '../learner';
import {
  type Closing,
  DeviceStore,
  deleteDeviceStore,
  deviceStoreExists,
  type LocalItem,
  MemoryStore,
  type Snapshot,
  type Store,
} from '../store';
import type { Consent } from './api';
import type { EngineOptions } from './engine-options';
import { type TabMessage, Tabs } from './tabs';

/** What the keeper tells the engine. */
export interface KeeperListener {
  /** Id of the last event that was learned. */
  lastEvent(): number;
  error(error: SidestreamError): void;
  /** The log has grown, in this tab or another. */
  onEvents(): void;
  /** Another profile is to be read: somebody else saved or replaced it, or it is gone. */
  onProfile(): void;
  /** The tab that trained and saved is gone; this one does from now on. */
  onLead(): void;
}

/** Bytes that the event log may take on the device. */
const LOG_BUDGET = 5_000_000;
/** Events after which the log is measured again. */
const MEASURED_EVERY = 500;

/** Keeps things in memory until the shopper consents, then on the device, where the shop's tabs share it and one leads. */
export class Keeper {
  readonly #options: EngineOptions;
  readonly #listener: KeeperListener;
  #consent: Consent = 'pending';
  #store: Store = new MemoryStore();
  #tabs: Tabs | null = null;
  /** Newer code wrote the stored profile: it stays as it is. */
  #locked = false;
  /** Last event that the newest stored profile knows, and the one before it. */
  #known: [number, number] = [0, 0];
  /** Of the profile that was read last. */
  #generation = 0;
  /** The newest stored profile could not be read. */
  #damaged = false;
  /** Last event when the log was measured. */
  #measured = 0;

  constructor(options: EngineOptions, listener: KeeperListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get consent(): Consent {
    return this.#consent;
  }

  /** Whether this tab trains and saves: always while things are in memory. */
  get leading(): boolean {
    return this.#tabs?.leading ?? true;
  }

  /**
   * Opens the first store: the device's own where the shopper agreed, now or on an earlier visit; else memory. Where what
   * was agreed to be kept cannot be, the error is told and the page goes on in memory.
   */
  async open(): Promise<void> {
    const { consent: given, namespace } = this.#options;
    this.#consent = given ?? ((await deviceStoreExists(namespace)) ? 'granted' : 'pending');
    try {
      if (this.#consent === 'denied') await deleteDeviceStore(namespace);
      if (this.#consent === 'granted') await this.#openDevice();
    } catch (thrown) {
      this.#listener.error(SidestreamError.from(thrown));
    }
  }

  /**
   * Resolves when the events are kept.
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  async append(events: readonly NewEvent[]): Promise<void> {
    try {
      await this.#store.append(events);
    } catch (thrown) {
      const { code } = SidestreamError.from(thrown);
      // The store was taken away under this call; what took its place keeps the events.
      if (code !== 'store/forgotten' && code !== 'store/newer-schema') throw thrown;
      await this.#store.append(events);
    }
    this.#tabs?.tell('events');
  }

  eventsAfter(id: number): Promise<LoggedEvent[]> {
    return this.#store.eventsAfter(id);
  }

  localItems(): Promise<LocalItem[]> {
    return this.#store.localItems();
  }

  saveLocalItem(item: LocalItem): Promise<void> {
    return this.#store.saveLocalItem(item);
  }

  /** The newest stored profile that is sound; null without any. What is wrong with newer ones is told. */
  async profile(): Promise<Profile | null> {
    this.#locked = false;
    this.#damaged = false;
    this.#generation = await this.#store.generation();
    for (const stored of await this.#store.profiles()) {
      try {
        const profile = await readProfile(stored);
        this.#known = [profile.lastEvent, Math.min(profile.lastEvent, this.#known[1])];
        return profile;
      } catch (thrown) {
        const error = SidestreamError.from(thrown);
        this.#listener.error(error);
        if (error.code === 'store/newer-schema') {
          this.#locked = true;
          return null;
        }
        this.#damaged = true;
      }
    }
    return null;
  }

  /**
   * Saves a profile, and keeps the log within its budget. Only the leader saves.
   * @param window whether a window ended: then it is kept as a snapshot too
   */
  async save(profile: Profile, window = false): Promise<void> {
    if (this.#locked || !this.leading) return;
    const { lastEvent, windows, history } = profile;
    const about = { time: Date.now(), choices: history?.total ?? 0, windows, lastEvent };
    const options = { snapshot: window ? about : undefined, overDamaged: this.#damaged };
    if (!(await this.#store.saveProfile(await storedProfile(profile), this.#generation, options))) {
      // Another tab, or newer code, put another profile in its place, and the message has not come yet.
      this.#listener.onProfile();
      return;
    }
    this.#damaged = false;
    this.#known = [lastEvent, this.#known[0]];
    this.#tabs?.tell('profile');
    if (lastEvent - this.#measured < MEASURED_EVERY) return;
    this.#measured = lastEvent;
    await this.#store.compact(this.#known[1], this.#options.logBudget ?? LOG_BUDGET);
  }

  /** Where this device's id and what the log adds up to are kept now. */
  get counting(): Pick<Store, 'unit' | 'tally' | 'saveTally' | 'generation'> {
    return this.#store;
  }

  snapshots(): Promise<Snapshot[]> {
    return this.#store.snapshots();
  }

  /** @throws SidestreamError `store/unknown-snapshot` */
  async rollback(id: number): Promise<void> {
    if (!(await this.#store.rollback(id))) {
      throw new SidestreamError(
        'store/unknown-snapshot',
        `There is no snapshot ${id}; snapshots() lists those there are.`,
      );
    }
    await this.#replaced();
  }

  /** Puts a profile from elsewhere in the place of all that was kept. */
  async replace(profile: Profile): Promise<void> {
    await this.#store.replace(await storedProfile(profile));
    await this.#replaced();
  }

  /** Forgets events, profiles and snapshots; the items that this device added stay. */
  async clear(): Promise<void> {
    await this.#store.clear({ keepItems: true });
    await this.#replaced();
  }

  /**
   * From memory to the device, with what was learned.
   * @returns id of the last event, as the log on the device numbers it; null when the device already held a profile, which
   *   is then to be read, and goes on from there
   */
  async moveToDevice(profile: Profile): Promise<number | null> {
    const memory = this.#store;
    const device = await this.#device();
    let isNew = false;
    try {
      isNew = (await device.profiles()).length + (await device.eventsAfter(0)).length === 0;
      const moved = await moveEvents(memory, device, 0);
      const known = moved.findLast(({ from }) => from <= profile.lastEvent)?.to ?? 0;
      for (const item of await memory.localItems()) await device.saveLocalItem(item);
      if (isNew && this.#options.learning) {
        const stored = await storedProfile({ ...profile, lastEvent: known });
        await device.saveProfile(stored, await device.generation());
      }
      const generation = await device.generation();
      // Events may have come meanwhile.
      await moveEvents(memory, device, moved.at(-1)?.from ?? 0);
      this.#store = device;
      this.#consent = 'granted';
      await this.#join(generation);
      return isNew ? known : null;
    } catch (thrown) {
      // What is in memory stays there. Half of it on the device would be there twice after another try.
      device.close();
      if (isNew) await deleteDeviceStore(this.#options.namespace).catch(() => undefined);
      throw thrown;
    }
  }

  /** Leaves the device without a trace; what comes is kept in memory, or with `denied` not at all. */
  async leaveDevice(consent: 'pending' | 'denied'): Promise<void> {
    this.#toMemory(consent);
    await deleteDeviceStore(this.#options.namespace);
  }

  close(): void {
    this.#tabs?.close();
    this.#tabs = null;
    this.#store.close();
  }

  async #openDevice(): Promise<void> {
    this.#store = await this.#device();
    await this.#join(await this.#store.generation());
  }

  #device(): Promise<DeviceStore> {
    const { namespace, encrypt } = this.#options;
    return DeviceStore.open(namespace, { encrypt, onClosed: (why) => this.#onClosed(why) });
  }

  /** From now on one of the shop's tabs. */
  async #join(generation: number): Promise<void> {
    this.#generation = generation;
    this.#tabs = await Tabs.join(this.#options.namespace, {
      onLead: () => this.#listener.onLead(),
      onMessage: (message) => this.#hear(message),
    });
  }

  #hear(message: TabMessage): void {
    if (message === 'events') this.#listener.onEvents();
    else if (message === 'replaced' || !this.leading) this.#listener.onProfile();
  }

  /** Another tab deleted the profile, or newer code took it over. */
  #onClosed(why: Exclude<Closing, 'lost'>): void {
    if (why === 'deleted') {
      this.#toMemory('pending');
      this.#listener.onProfile();
      return;
    }
    this.#toMemory(this.#consent, this.#listener.lastEvent());
    this.#listener.error(
      new SidestreamError(
        'store/newer-schema',
        'Newer code took over the profile. Recommendations go on in memory; reload the page to get the newer code.',
      ),
    );
  }

  #toMemory(consent: Consent, lastEvent = 0): void {
    this.close();
    this.#store = new MemoryStore(lastEvent);
    this.#consent = consent;
    this.#generation = 0;
    this.#locked = false;
  }

  async #replaced(): Promise<void> {
    this.#locked = false;
    this.#generation = await this.#store.generation();
    this.#tabs?.tell('replaced');
  }
}

/** Copies the events after one to another store, until there are no more. @returns their ids, there and here */
async function moveEvents(from: Store, to: Store, after: number): Promise<{ from: number; to: number }[]> {
  const ids: { from: number; to: number }[] = [];
  let events = await from.eventsAfter(after);
  while (events.length > 0) {
    const moved = await to.append(events.map(({ id: _, ...event }) => event));
    ids.push(...events.map(({ id }, n) => ({ from: id, to: moved[n].id })));
    events = await from.eventsAfter(events[events.length - 1].id);
  }
  return ids;
}
