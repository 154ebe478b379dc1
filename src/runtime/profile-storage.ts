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

/** What the storage tells the engine. */
export interface StorageListener {
  onError(error: SidestreamError): void;
  /** The log has grown in another tab. */
  onEvents(): void;
  /** Another profile is to be read: somebody else saved or replaced it. */
  onProfile(): void;
  /** The tab that trained and saved is gone; this one does from now on. */
  onLead(): void;
  /** The shopper denied or forgot in another tab, or the database was deleted: nothing that was kept is left. */
  onErased(): void;
  /** The shopper agreed in another tab. */
  onGranted(): void;
  /** Newer code took the database over; from now on things are kept in memory. */
  onTakenOver(): void;
}

/**
 * The stored profile that a learner goes on from. Whatever that learner saves carries it, so that nothing is saved over a
 * profile that was put in its place.
 */
export interface ProfileOrigin {
  readonly store: Store;
  /** See `Store.generation`. */
  readonly generation: number;
  /** Newer code wrote the stored profile: it stays as it is. */
  readonly readOnly: boolean;
  /** The newest stored profile could not be read. */
  damaged: boolean;
  /** Last event that the newest stored profile knows, and the one before it. */
  known: [number, number];
}

/** Bytes that the event log may take on the device. */
const LOG_BUDGET = 5_000_000;
/** Events after which the log is measured again. */
const MEASURED_EVERY = 500;

/**
 * Where log and profile are kept, and the one owner of the shopper's consent: in memory until the shopper consents, then
 * on the device, where the shop's tabs share it and one leads. Whatever the shopper says in one tab holds in all.
 */
export class ProfileStorage {
  readonly #options: EngineOptions;
  readonly #tabs: Tabs;
  #listener: StorageListener | null = null;
  #consent: Consent;
  #store: Store = new MemoryStore();
  /** Counts what the shopper had erased: what was tracked before must not be kept after. */
  #era = 0;
  /** A deletion was asked for and is not done. */
  #deletionDue = false;
  /** Last event when the log was measured. */
  #measured = 0;
  /** Id of the last event that was written or read here. */
  #lastEvent = 0;

  /** @param options `consent` must be parsed */
  constructor(options: EngineOptions) {
    this.#options = options;
    this.#consent = options.consent ?? 'pending';
    this.#tabs = new Tabs(options.namespace, {
      onLead: () => this.#listener?.onLead(),
      onMessage: (message) => this.#hear(message),
    });
  }

  /** To be called once, before `open`. */
  subscribe(listener: StorageListener): void {
    this.#listener = listener;
  }

  get consent(): Consent {
    return this.#consent;
  }

  /** Whether this tab trains and saves: always while things are in memory. */
  get leading(): boolean {
    return this.#tabs.leading;
  }

  /** Whether a deletion that was asked for is not done yet. */
  get deletionDue(): boolean {
    return this.#deletionDue;
  }

  /** Changes whenever everything kept is erased. An event is appended only in the era in which it was tracked. */
  get era(): number {
    return this.#era;
  }

  /**
   * Opens the first store: the device's own where the shopper agreed, now or on an earlier visit; else memory. Where what
   * was agreed to be kept cannot be, the error is told and the page goes on in memory.
   */
  async open(): Promise<void> {
    const { consent: given, namespace } = this.#options;
    const era = this.#era;
    try {
      // What the shop says at the start holds in all tabs, as what it says later does.
      if (given === 'granted' || given === 'denied') this.#tabs.tell(given);
      if (given === 'denied') await this.deleteDevice();
      if (given === 'granted' && !(await this.#useDevice(await this.#device(), era))) {
        // Withdrawn in another tab at this moment: opening may have created the database again.
        await this.deleteDevice();
      }
      if (given !== undefined || !(await deviceStoreExists(namespace))) return;
      // That there is a database means consent of an earlier visit, unless it is being deleted at this moment.
      const device = await DeviceStore.openExisting(namespace, this.#deviceOptions);
      if (device && (await this.#useDevice(device, era))) this.#consent = 'granted';
    } catch (thrown) {
      this.#listener?.onError(SidestreamError.from(thrown));
    }
  }

  /**
   * Resolves when the events are kept; when the shopper denied or had everything erased since they were tracked, without
   * keeping them.
   * @param era in which they were tracked
   * @returns whether they were kept
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  async append(events: readonly NewEvent[], era: number): Promise<boolean> {
    for (;;) {
      if (this.#consent === 'denied' || era !== this.#era) return false;
      const store = this.#store;
      try {
        const logged = await store.append(events);
        if (store === this.#store) this.#lastEvent = logged.at(-1)?.id ?? this.#lastEvent;
        this.#tabs.tell('events');
        return true;
      } catch (thrown) {
        // The store was taken away under this call; what took its place keeps the events.
        if (store === this.#store) throw thrown;
      }
    }
  }

  async eventsAfter(id: number): Promise<LoggedEvent[]> {
    const store = this.#store;
    const events = await store.eventsAfter(id);
    if (store === this.#store) this.#lastEvent = Math.max(this.#lastEvent, events.at(-1)?.id ?? 0);
    return events;
  }

  localItems(): Promise<LocalItem[]> {
    return this.#store.localItems();
  }

  saveLocalItem(item: LocalItem): Promise<void> {
    return this.#store.saveLocalItem(item);
  }

  /** Of a learner that begins with nothing, before the first store is opened. */
  emptyOrigin(): ProfileOrigin {
    return { store: this.#store, generation: 0, readOnly: false, damaged: false, known: [0, 0] };
  }

  /** The newest stored profile that is sound; null without any. What is wrong with newer ones is reported. */
  async read(): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
    const store = this.#store;
    const generation = await store.generation();
    const origin = { store, generation, readOnly: false, damaged: false, known: [0, 0] as [number, number] };
    for (const stored of await store.profiles()) {
      try {
        const profile = await readProfile(stored);
        return { profile, origin: { ...origin, known: [profile.lastEvent, 0] } };
      } catch (thrown) {
        const error = SidestreamError.from(thrown);
        this.#listener?.onError(error);
        if (error.code === 'store/newer-schema') return { profile: null, origin: { ...origin, readOnly: true } };
        origin.damaged = true;
      }
    }
    return { profile: null, origin };
  }

  /** Whether a profile that was read is still that of the store in use. */
  isCurrent(origin: ProfileOrigin): boolean {
    return origin.store === this.#store;
  }

  /**
   * Saves a profile, and keeps the log within its budget. Only the leader saves.
   * @param origin what the learner goes on from; where that was replaced, nothing is saved
   * @param window whether a window ended: then it is kept as a snapshot too
   */
  async save(profile: Profile, origin: ProfileOrigin, window = false): Promise<void> {
    const { store } = origin;
    if (origin.readOnly || !this.leading || store !== this.#store) return;
    const { lastEvent, windows, history } = profile;
    const about = { time: Date.now(), choices: history?.total ?? 0, windows, lastEvent };
    const options = { snapshot: window ? about : undefined, overDamaged: origin.damaged };
    const stored = await storedProfile(profile);
    try {
      if (!(await store.saveProfile(stored, origin.generation, options))) {
        // Another tab, or newer code, put another profile in its place, and the message has not come yet.
        this.#listener?.onProfile();
        return;
      }
      origin.damaged = false;
      origin.known = [lastEvent, origin.known[0]];
      this.#tabs.tell('profile');
      if (lastEvent - this.#measured < MEASURED_EVERY) return;
      this.#measured = lastEvent;
      await store.compact(origin.known[1], this.#budget);
    } catch (thrown) {
      // The store was taken away: there is nothing to save to any more.
      if (store === this.#store) throw thrown;
    }
  }

  /** Whether enough events came since the log was measured, and this tab is the one that keeps it within its budget. */
  get measuringDue(): boolean {
    return this.leading && this.#lastEvent - this.#measured >= MEASURED_EVERY;
  }

  /**
   * How many of the oldest events should go, where no learner saves what it knows of them.
   * @param sizes bytes of the events of the log, oldest first
   * @returns 0 while the log is small enough
   */
  excess(sizes: readonly number[]): number {
    let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let gone = 0;
    while (size > this.#budget && gone < sizes.length) size -= sizes[gone++];
    if (gone === 0) this.#measured = this.#lastEvent;
    return gone;
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
    this.#tabs.tell('replaced');
  }

  /** Puts a profile from elsewhere in the place of all that was kept. */
  async replace(profile: Profile): Promise<void> {
    await this.#store.replace(await storedProfile(profile));
    this.#tabs.tell('replaced');
  }

  /** Forgets events, profiles and snapshots; the items that this device added stay. */
  async clear(): Promise<void> {
    await this.#store.clear({ keepItems: true });
    this.#tabs.tell('replaced');
  }

  /**
   * From memory to the device, with what was learned.
   * @param profile what this tab's learner knows; null where it does not learn
   * @param lastEvent id of the last event that it knows, as memory numbers it
   * @returns id of that event, as the log on the device numbers it; null when the device already held a profile, which is
   *   then to be read, and goes on from there
   * @throws SidestreamError `store/*`: then everything stays in memory
   */
  async grant(profile: Profile | null, lastEvent: number): Promise<number | null> {
    const { namespace } = this.#options;
    const [memory, era] = [this.#store, this.#era];
    const device = await this.#device();
    let isNew = false;
    try {
      isNew = (await device.profiles()).length + (await device.eventsAfter(0)).length === 0;
      const moved = await moveEvents(memory, device, 0);
      const known = moved.findLast(({ from }) => from <= lastEvent)?.to ?? 0;
      for (const item of await memory.localItems()) await device.saveLocalItem(item);
      if (isNew && profile) {
        const stored = await storedProfile({ ...profile, lastEvent: known });
        await device.saveProfile(stored, await device.generation());
      }
      if (!(await this.#useDevice(device, era))) {
        throw new SidestreamError(
          'store/forgotten',
          'Consent was withdrawn in another tab while it was given in this one.',
        );
      }
      this.#consent = 'granted';
      this.#deletionDue = false;
      await this.#moveLate(memory, moved.at(-1)?.from ?? 0);
      this.#tabs.tell('granted');
      this.#tabs.tell('events');
      return isNew ? known : null;
    } catch (thrown) {
      // What is in memory stays there. Half of it on the device would be there twice after another try.
      device.close();
      if (isNew || era !== this.#era) await deleteDeviceStore(namespace).catch(() => undefined);
      throw thrown;
    }
  }

  /** Moves the events that came to memory while the device took its place. */
  async #moveLate(memory: Store, after: number): Promise<void> {
    try {
      await moveEvents(memory, this.#store, after);
    } catch (thrown) {
      // The device is in use already, with later events: there is no way back.
      this.#listener?.onError(SidestreamError.from(thrown));
    }
  }

  /**
   * Leaves the device at once: nothing more is written to it. What comes is kept in memory, or with `denied` not at all.
   * The other tabs are told; `deleteDevice` deletes what is there.
   */
  leave(consent: 'pending' | 'denied'): void {
    this.#erase(consent);
    this.#tabs.tell(consent === 'denied' ? 'denied' : 'forgotten');
  }

  /**
   * Deletes what the device holds.
   * @throws SidestreamError `store/blocked` when another page holds it open: it is due until another call succeeds
   */
  async deleteDevice(): Promise<void> {
    this.#deletionDue = true;
    await deleteDeviceStore(this.#options.namespace);
    this.#deletionDue = false;
  }

  /** Runs work that only one tab may do at a time. @param what names it */
  alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#store instanceof MemoryStore ? work() : this.#tabs.alone(what, work);
  }

  close(): void {
    this.#tabs.close();
    this.#store.close();
  }

  get #budget(): number {
    return this.#options.logBudget ?? LOG_BUDGET;
  }

  get #deviceOptions() {
    const onClosed = (why: Exclude<Closing, 'lost'>): void => this.#onClosed(why);
    return { encrypt: this.#options.encrypt, onClosed };
  }

  #device(): Promise<DeviceStore> {
    return DeviceStore.open(this.#options.namespace, this.#deviceOptions);
  }

  /** @returns false when everything was erased since `era`; then the store is closed */
  async #useDevice(device: DeviceStore, era: number): Promise<boolean> {
    if (era !== this.#era) {
      device.close();
      return false;
    }
    this.#store = device;
    await this.#tabs.join();
    return era === this.#era;
  }

  #hear(message: TabMessage): void {
    const listener = this.#listener;
    if (message === 'events') listener?.onEvents();
    else if (message === 'replaced') listener?.onProfile();
    else if (message === 'profile' && !this.leading) listener?.onProfile();
    else if (message === 'granted') listener?.onGranted();
    else if (message === 'denied' || message === 'forgotten') {
      this.#erase(message === 'denied' ? 'denied' : 'pending');
      listener?.onErased();
    }
  }

  /** Another tab deleted the profile, or newer code took it over. */
  #onClosed(why: Exclude<Closing, 'lost'>): void {
    if (why === 'deleted') {
      this.#erase('pending');
      this.#listener?.onErased();
      return;
    }
    // The events of memory come after those that are learned.
    this.#toMemory(new MemoryStore(this.#lastEvent));
    this.#listener?.onTakenOver();
    this.#listener?.onError(
      new SidestreamError(
        'store/newer-schema',
        'Newer code took over the profile. Recommendations go on in memory; reload the page to get the newer code.',
      ),
    );
  }

  #erase(consent: 'pending' | 'denied'): void {
    this.#era++;
    this.#consent = consent;
    this.#lastEvent = 0;
    this.#toMemory(new MemoryStore());
  }

  #toMemory(store: MemoryStore): void {
    this.#tabs.leave();
    this.#store.close();
    this.#store = store;
    this.#measured = 0;
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
