import { SidestreamError } from '../error';
import { type LoggedEvent, type NewEvent, type Profile, readProfile, storedProfile } from '../learner';
import {
  type Closing,
  type DeviceStore,
  type DeviceStoreOptions,
  deleteDeviceStore,
  deviceStoreExists,
  deviceStores,
  type LocalItem,
  MemoryStore,
  type Snapshot,
  type Store,
} from '../store';
import { anonymousId } from './anonymous-id';
import type { Consent } from './api';
import type { EngineOptions } from './engine-options';
import { type ConsentAnswer, isLater, type TabMessage, Tabs } from './tabs';

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
  /** Newer code, or a page with another key, took the database over; from now on things are kept in memory. */
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

/** What a learner goes on from whose memory was moved to the device. */
export interface Moved {
  /** Id of the last event that it knows, as the log on the device numbers it. */
  lastEvent: number;
  origin: ProfileOrigin;
}

/** A store on the device, and why its connection was closed; null while it is open. */
interface OpenedDevice {
  readonly store: DeviceStore;
  readonly lost: Exclude<Closing, 'lost'> | null;
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
  /** Of the shopper's last answer that this tab knows: one that was given before it in another tab comes too late. */
  #stamp: ConsentAnswer['stamp'] = [0, ''];
  /** That answer. */
  #answered: Consent;
  readonly #tab = anonymousId(2);
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
    this.#answered = this.#consent;
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

  /** The shopper's last answer that this tab knows; it becomes the consent when it is carried out. */
  get answered(): Consent {
    return this.#answered;
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
      if (given === 'granted' || given === 'denied') this.#answer(given);
      if (given === 'denied') this.#tellAnswer();
      if (given === 'denied') await this.deleteDevice();
      if (given === 'granted' && !(await this.#useDevice(await this.#newDevice(), era))) {
        // Withdrawn in another tab at this moment: opening may have created the database again.
        await this.deleteDevice();
      }
      if (given === 'granted') this.#tellAnswer();
      if (given !== undefined || !(await deviceStoreExists(namespace))) return;
      // That there is a database means consent of an earlier visit, unless it is being deleted at this moment.
      const device = await this.#device(async (options) =>
        (await deviceStores()).DeviceStore.openExisting(namespace, options),
      );
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

  /** @throws SidestreamError `store/forgotten` when everything was erased since `era` */
  saveLocalItem(item: LocalItem, era: number): Promise<void> {
    return this.#within(era, (store) => store.saveLocalItem(item));
  }

  /** Of a learner that begins with nothing, before the first store is opened. */
  emptyOrigin(): ProfileOrigin {
    return { store: this.#store, generation: 0, readOnly: false, damaged: false, known: [0, 0] };
  }

  /**
   * The newest stored profile that is sound; null without any. What is wrong with newer ones is reported.
   * @param check throws for a profile that cannot be used
   */
  async read(
    check: (profile: Profile) => void = () => undefined,
  ): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
    const store = this.#store;
    const generation = await store.generation();
    const origin = { store, generation, readOnly: false, damaged: false, known: [0, 0] as [number, number] };
    for (const stored of await store.profiles()) {
      try {
        const profile = await readProfile(stored);
        check(profile);
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

  /** @throws SidestreamError `store/unknown-snapshot`, `store/forgotten` when everything was erased since `era` */
  async rollback(id: number, era: number): Promise<void> {
    if (!(await this.#within(era, (store) => store.rollback(id)))) {
      throw new SidestreamError(
        'store/unknown-snapshot',
        `There is no snapshot ${id}; snapshots() lists those there are.`,
      );
    }
    this.#tabs.tell('replaced');
  }

  /**
   * Puts a profile from elsewhere in the place of all that was kept.
   * @throws SidestreamError `store/forgotten` when the shopper denied, or everything was erased since `era`
   */
  async replace(profile: Profile, era: number): Promise<void> {
    const stored = await storedProfile(profile);
    if (this.#consent === 'denied') throw forgotten();
    await this.#within(era, (store) => store.replace(stored));
    this.#tabs.tell('replaced');
  }

  /**
   * Forgets events, profiles and snapshots; the items that this device added stay.
   * @throws SidestreamError `store/forgotten` when everything was erased since `era`
   */
  async clear(era: number): Promise<void> {
    await this.#within(era, (store) => store.clear({ keepItems: true }));
    this.#tabs.tell('replaced');
  }

  /**
   * From memory to the device, with what was learned. The other tabs are told.
   * @param profile what this tab's learner knows; null where it does not learn, or has learned nothing yet
   * @param lastEvent id of the last event that it knows, as memory numbers it
   * @param here whether the shopper agreed in this tab, and not in another
   * @returns id of that event, as the log on the device numbers it, and what the learner goes on from; null when the device
   *   already held a profile, which is then to be read, and goes on from there
   * @throws SidestreamError `store/*`: then everything stays in memory
   */
  async grant(profile: Profile | null, lastEvent: number, here: boolean): Promise<Moved | null> {
    if (here) this.#answer('granted');
    return this.#tabs.alone('grant', () => this.#moveToDevice(profile, lastEvent));
  }

  async #moveToDevice(profile: Profile | null, lastEvent: number): Promise<Moved | null> {
    const { namespace } = this.#options;
    const [memory, era] = [this.#store, this.#era];
    const opened = await this.#newDevice();
    const device = opened.store;
    let isNew = false;
    try {
      // Of before everything else: what another tab resets meanwhile must not be taken for what this one knows.
      const generation = await device.generation();
      isNew = (await device.profiles()).length + (await device.eventsAfter(0)).length === 0;
      const moved = await moveEvents(memory, device, 0);
      const known = moved.findLast(({ from }) => from <= lastEvent)?.to ?? 0;
      for (const item of await memory.localItems()) await device.saveLocalItem(item);
      if (isNew && profile) {
        const stored = await storedProfile({ ...profile, lastEvent: known });
        isNew = await device.saveProfile(stored, generation, { first: true });
        // A tab that came here before with nothing of its own knows of no profile.
        if (isNew) this.#tabs.tell('replaced');
      }
      if (!(await this.#useDevice(opened, era))) {
        throw forgotten();
      }
      this.#consent = 'granted';
      this.#deletionDue = false;
      await this.#moveLate(memory, moved.at(-1)?.from ?? 0);
      this.#tellAnswer();
      this.#tabs.tell('events');
      if (!isNew) return null;
      const origin = {
        store: device,
        generation,
        readOnly: false,
        damaged: false,
        known: [known, 0] as [number, number],
      };
      return { lastEvent: known, origin };
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
    this.#answer(consent);
    this.#erase(consent);
    this.#tellAnswer();
  }

  /** The shopper answers now, in this tab: what other tabs were told before comes too late. */
  #answer(consent: Consent): void {
    this.#answered = consent;
    // Later than all answers known, also where the clock was set back since.
    this.#stamp = [Math.max(Date.now(), this.#stamp[0] + 1), this.#tab];
  }

  #tellAnswer(): void {
    this.#tabs.tell({ consent: this.#consent, stamp: this.#stamp });
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

  #newDevice(): Promise<OpenedDevice> {
    return this.#device(async (options) => (await deviceStores()).DeviceStore.open(this.#options.namespace, options));
  }

  async #device<S extends DeviceStore | null>(
    open: (options: DeviceStoreOptions) => Promise<S>,
  ): Promise<S extends null ? null : OpenedDevice> {
    const opened: { store: DeviceStore | null; lost: OpenedDevice['lost'] } = { store: null, lost: null };
    const onClosed = (why: Exclude<Closing, 'lost'>): void => {
      opened.lost = why;
      // Of one that is not in use yet, whoever opened it finds out.
      if (opened.store !== null && opened.store === this.#store) this.#onClosed(why);
    };
    opened.store = await open({ encrypt: this.#options.encrypt, onClosed });
    return (opened.store && opened) as S extends null ? null : OpenedDevice;
  }

  /** Changes the store, where it is still what it was in an era; what the shopper had erased must not come back. */
  async #within<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    if (era !== this.#era) throw forgotten();
    try {
      return await change(this.#store);
    } catch (thrown) {
      throw era === this.#era ? thrown : forgotten(thrown);
    }
  }

  /** @returns false when everything was erased since `era`; then the store is closed */
  async #useDevice(device: OpenedDevice, era: number): Promise<boolean> {
    if (era !== this.#era || device.lost === 'deleted') {
      device.store.close();
      return false;
    }
    this.#store = device.store;
    if (device.lost !== null) this.#onClosed(device.lost);
    else await this.#tabs.join();
    return era === this.#era;
  }

  #hear(message: TabMessage): void {
    const listener = this.#listener;
    if (message === 'events') listener?.onEvents();
    else if (message === 'replaced') listener?.onProfile();
    else if (message === 'profile') {
      if (!this.leading) listener?.onProfile();
    } else this.#hearAnswer(message);
  }

  #hearAnswer({ consent, stamp }: ConsentAnswer): void {
    if (isLater(this.#stamp, stamp)) return;
    this.#stamp = stamp;
    this.#answered = consent;
    if (consent === 'granted') {
      if (this.#consent !== 'granted') this.#listener?.onGranted();
      return;
    }
    // Also where the consent is the same already: a grant that was heard before may be under way.
    this.#erase(consent);
    this.#listener?.onErased();
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
        'Another page took over the profile, with newer code or under another key. Recommendations go on in memory; reload this page to share it again.',
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

const forgotten = (cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/forgotten',
    'The shopper withdrew consent, so nothing is kept. Ask for consent, then try again.',
    { cause },
  );

/** Begins to load the code of the store on the device where it will be needed, beside the bundle. */
export async function preloadStore({
  consent,
  namespace,
}: Pick<EngineOptions, 'consent' | 'namespace'>): Promise<void> {
  try {
    if (consent === 'granted' || (consent === undefined && (await deviceStoreExists(namespace)))) await deviceStores();
  } catch {
    // Whoever opens the store tries again, and reports what it meets.
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
