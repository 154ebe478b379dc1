import type { LoggedEvent, NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import type { Consent, ConsentAnswer, Refusal } from '../protocol';
import { type DeviceStore, deleteDeviceStore, type LocalItem, MemoryStore, type Store } from '../store';
import { ConsentState } from './consent-state';
import {
  type Closed,
  type CopiedEvent,
  copyEvents,
  type OpenedDevice,
  openDevice,
  openExistingDevice,
} from './device-opening';
import type { EngineOptions } from './engine-options';
import { firstOrigin, type ProfileOrigin, readStoredProfile } from './profile-origin';
import { type TabMessage, Tabs } from './tabs';

/** Receives changes of the storage by other tabs and pages. */
export interface StorageListener {
  onError(error: SidestreamError): void;
  /** The log has grown in another tab. */
  onEvents(): void;
  /** Another tab saved or replaced the profile, which must be read again. */
  onProfile(): void;
  /** The tab that trained and saved is gone; this tab leads from now on. */
  onLead(): void;
  /** Another tab withdrew consent or deleted the database: all stored data is gone. */
  onErased(): void;
  /** The shopper granted consent in another tab. */
  onGranted(): void;
  /** Newer code, or a page with another key, took the database over; this tab continues in memory. */
  onTakenOver(): void;
}

/** Largest event log on the device, bytes. */
const LOG_BUDGET = 5_000_000;
/** Number of events after which the log is measured again. */
const EVENTS_BETWEEN_MEASUREMENTS = 500;
/** Maximum time that a tab whose database was deleted waits for the answer of the deleting tab, ms. */
const ANSWER_LIMIT = 1000;

/** Ids of the last and of the first event that a learner contains. */
type Position = Pick<Profile, 'lastEvent' | 'firstEvent'>;

/** A learner's position after its log and profile were moved to the device. */
export interface Moved extends Position {
  origin: ProfileOrigin;
}

/**
 * Stores log and profile, and owns the shopper's consent: in memory until the shopper consents, then on the device, where
 * the shop's tabs share the store and one of them leads. An answer given in one tab holds in all.
 */
export class ProfileStorage {
  readonly #options: EngineOptions;
  readonly #tabs: Tabs;
  readonly #consent: ConsentState;
  /** Id of the last event when the log was measured. */
  #measured = 0;
  #listener: StorageListener | null = null;
  /** Stored profiles that could not be used when the store was read last. */
  #damaged: { origin: ProfileOrigin | null; count: number } = { origin: null, count: 0 };
  #store: Store = new MemoryStore();
  /** Number of times that everything was erased: events tracked before must not be stored after. */
  #era = 0;
  /** Id of the last event that was written or read here. */
  #lastEvent = 0;
  /** Pending while the database is gone and the deleting tab's answer is unknown. */
  #answer: Promise<void> = Promise.resolve();
  #endWait: () => void = () => undefined;
  /** Whether it was reported that another tab uses another bundle. */
  #otherBundle = false;

  /**
   * Answers of the shopper count from now on, in any tab, also those given before `open`.
   * @param options `consent` must be parsed
   */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { consent = 'pending', restarted = false } = options;
    // After a restart consent is in force only if the device still has a database.
    this.#consent = new ConsentState(restarted && consent === 'granted' ? 'pending' : consent);
    this.#tabs = new Tabs(options.namespace, {
      onLead: () => this.#listener?.onLead(),
      onMessage: (message) => this.#onMessage(message),
    });
    if (consent !== 'denied' || restarted) return;
    // The shop passed the shopper's answer: it holds in all tabs, as a later answer does.
    this.#consent.answer('denied');
    this.#tabs.post(this.#consent.last);
  }

  /** Call it once, before `open`. */
  subscribe(listener: StorageListener): void {
    this.#listener = listener;
  }

  get consent(): Consent {
    return this.#consent.level;
  }

  /** Resolves when the consent is known; this may take a moment if the database is gone and another tab knows why. */
  known(): Promise<void> {
    return this.#answer;
  }

  /** The shopper's last answer in any tab; it becomes the consent when it is carried out. */
  get lastAnswer(): ConsentAnswer {
    return this.#consent.last;
  }

  /** Whether a level is the shopper's last answer and carried out; `granted` requires a store on the device. */
  holds(level: Consent): boolean {
    if (this.consent !== level || this.lastAnswer.consent !== level) return false;
    return level !== 'granted' || !this.inMemory;
  }

  get inMemory(): boolean {
    return this.#store instanceof MemoryStore;
  }

  /** Whether this tab trains and saves; true while the store is in memory. */
  get leading(): boolean {
    return this.#tabs.leading;
  }

  /** Changes whenever everything is erased. An event is appended only in the era in which it was tracked. */
  get era(): number {
    return this.#era;
  }

  /**
   * Opens the first store: on the device if the shopper granted consent, now or on an earlier visit, else in memory. If the
   * device fails, the error is reported and the page continues in memory.
   */
  async open(): Promise<void> {
    const { consent: given, restarted = false, withdrawn = false } = this.#options;
    const refused = this.lastAnswer.consent !== 'granted' && (this.#consent.answered || withdrawn);
    try {
      if (refused) await this.deleteDevice();
      else if (given === undefined || (restarted && given === 'granted')) await this.#openExisting();
      else if (given === 'granted' && !restarted) await this.#openAsGranted();
      // In another tab, while the bundle was loaded.
      if (this.lastAnswer.consent === 'granted' && this.consent !== 'granted') this.#listener?.onGranted();
    } catch (thrown) {
      this.#listener?.onError(SidestreamError.from(thrown));
    }
  }

  /**
   * Appends events to the log, unless the shopper denied consent or had everything erased since they were tracked.
   * @param era in which they were tracked
   * @returns whether they were appended
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  async append(events: readonly NewEvent[], era: number): Promise<boolean> {
    for (;;) {
      if (this.consent === 'denied' || era !== this.#era) return false;
      const store = this.#store;
      try {
        const logged = await store.append(events);
        if (store === this.#store) this.#lastEvent = logged.at(-1)?.id ?? this.#lastEvent;
        this.#tabs.post('events');
        return true;
      } catch (thrown) {
        // The store was replaced during this call: the next attempt uses the new one.
        if (store === this.#store) throw thrown;
      }
    }
  }

  eventsAfter(id: number): Promise<LoggedEvent[]> {
    return this.reading(async (store) => {
      const events = await store.eventsAfter(id);
      if (store === this.#store) this.#lastEvent = Math.max(this.#lastEvent, events.at(-1)?.id ?? 0);
      return events;
    });
  }

  localItems(): Promise<LocalItem[]> {
    return this.reading((store) => store.localItems());
  }

  /** @throws SidestreamError `store/forgotten` when everything was erased since `era` */
  saveLocalItem(item: LocalItem, era: number): Promise<void> {
    return this.#within(era, (store) => store.saveLocalItem(item));
  }

  /** Origin of a learner without a profile, before the first store is opened. */
  emptyOrigin(): ProfileOrigin {
    return firstOrigin(this.#store);
  }

  /**
   * The newest stored profile that can be used; null without any. Errors of newer ones are reported.
   * @param check throws for a profile that cannot be used
   */
  read(
    check: (profile: Profile) => void = () => undefined,
  ): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
    return this.reading(async (store) => {
      const errors: SidestreamError[] = [];
      const found = await readStoredProfile(store, check, (error) => errors.push(error));
      // A profile is read again after the features are loaded: do not report its errors twice.
      const { origin, count } = this.#damaged;
      const same = origin?.store === store && origin.generation === found.origin.generation;
      for (const error of errors.slice(same ? count : 0)) this.#listener?.onError(error);
      this.#damaged = { origin: found.origin, count: Math.max(errors.length, same ? count : 0) };
      return found;
    });
  }

  /** Whether a profile was read from the store in use. */
  isCurrent(origin: ProfileOrigin): boolean {
    return origin.store === this.#store;
  }

  /**
   * Saves a profile, and keeps the log within its budget. Only the leader saves.
   * @param origin the profile that the learner continues; if it was replaced, nothing is saved
   * @param window whether a window ended: the profile is then also saved as a snapshot
   */
  async save(profile: Profile, origin: ProfileOrigin, window = false): Promise<void> {
    const { store } = origin;
    if (origin.readOnly || !this.leading || store !== this.#store) return;
    const { lastEvent, windows, history } = profile;
    const about = { time: Date.now(), choices: history?.total ?? 0, windows, lastEvent };
    const options = { snapshot: window ? about : undefined, overDamaged: origin.damaged };
    const stored = await (await profileFiles()).storedProfile(profile);
    try {
      if (!(await store.saveProfile(stored, origin.generation, options))) {
        // Another tab, or newer code, replaced the profile, and its message has not arrived yet.
        this.#listener?.onProfile();
        return;
      }
      origin.damaged = false;
      origin.known = [lastEvent, origin.known[0]];
      this.#tabs.post('profile');
      if (!this.#isDue(lastEvent)) return;
      this.#measured = lastEvent;
      await store.compact(origin.known[1], this.#budget);
    } catch (thrown) {
      // The store was replaced and no longer accepts data.
      if (store === this.#store) throw thrown;
    }
  }

  /** Whether enough events came since the log was measured. */
  get measuringDue(): boolean {
    return this.#isDue(this.#lastEvent);
  }

  /** Runs work of the leader in this tab, unless another one leads. */
  leadFor(work: () => Promise<void>): Promise<void> {
    return this.#tabs.leadFor(work);
  }

  /**
   * Number of the oldest events that exceed the log's budget.
   * @param sizes of the events of the log, oldest first, bytes
   * @returns 0 while the log is small enough
   */
  excess(sizes: readonly number[]): number {
    let size = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let gone = 0;
    while (size > this.#budget && gone < sizes.length) size -= sizes[gone++];
    if (gone === 0) this.#measured = this.#lastEvent;
    return gone;
  }

  get #budget(): number {
    return this.#options.logBudget ?? LOG_BUDGET;
  }

  #isDue(lastEvent: number): boolean {
    return lastEvent - this.#measured >= EVENTS_BETWEEN_MEASUREMENTS;
  }

  /** The part of the current store with the texts about this device and the aggregates of the log. */
  get counting(): Pick<Store, 'text' | 'aggregates' | 'saveAggregates' | 'generation'> {
    return this.#store;
  }

  /**
   * Changes the stored data such that other tabs' state no longer applies.
   * @throws SidestreamError `store/forgotten` if everything was erased since `era`, and the errors of `change`
   */
  async change<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    const done = await this.#within(era, change);
    // Data in memory belongs only to this tab.
    if (!this.inMemory) this.#tabs.post('replaced');
    return done;
  }

  /** Puts `session` in force: everything stays in memory, as before an answer. Other tabs do not hear of it. */
  keepVisit(): void {
    this.#consent.level = 'session';
  }

  /** @throws SidestreamError `store/forgotten` when the shopper denied, or everything was erased since `era` */
  checkEra(era: number): void {
    if (this.consent === 'denied' || era !== this.#era) throw forgotten();
  }

  /** Records that the shopper granted consent in this tab. `grant` carries it out. */
  agree(): void {
    this.#endWait();
    this.#consent.answer('granted');
  }

  /**
   * Moves log and profile from memory to the device and announces it to the other tabs. Only one tab moves at a time.
   * @param profile of this tab's learner; null if it does not learn, or has not learned anything yet
   * @param at its events in the in-memory log
   * @returns null if the device already had a profile, which the learner must then continue
   * @throws SidestreamError `store/*`: everything stays in memory then; `store/forgotten` if consent was withdrawn since
   */
  grant(profile: Profile | null, at: Position): Promise<Moved | null> {
    return this.#tabs.alone('grant', () => this.#moveToDevice(profile, at));
  }

  /**
   * Stops writing to the device immediately. Later events stay in memory, or are dropped with `denied`. `deleteDevice`
   * deletes the database.
   */
  leave(consent: Refusal): void {
    this.#endWait();
    this.#consent.answer(consent);
    this.#erase(consent);
    this.#tabs.post(this.#consent.last);
  }

  /** The same while the recommender starts, which may have read a profile already. The page deletes the database. */
  refuse(consent: Refusal): void {
    this.leave(consent);
    this.#listener?.onErased();
  }

  /** Deletes the database on the device. @throws SidestreamError `store/blocked` when another page holds it open */
  deleteDevice(): Promise<void> {
    return deleteDeviceStore(this.#options.namespace);
  }

  /** Runs work that only one tab may do at a time. @param what name of the work */
  alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.inMemory ? work() : this.#tabs.alone(what, work);
  }

  close(): void {
    this.#endWait();
    this.#tabs.close();
    this.#store.close();
  }

  /** The shop passed the shopper's answer at the start: it holds in all tabs, as a later answer does. */
  async #openAsGranted(): Promise<void> {
    const era = this.#era;
    this.#consent.answer('granted');
    if (await this.#use(await openDevice(this.#options, this.#onClosed), era)) {
      this.#tabs.post(this.#consent.last);
    } else {
      // Another tab withdrew consent meanwhile: opening may have created the database again.
      await this.deleteDevice();
    }
  }

  /** An existing database means that consent was granted on an earlier visit, unless it is being deleted. */
  async #openExisting(): Promise<void> {
    const era = this.#era;
    const device = await openExistingDevice(this.#options, this.#onClosed);
    if (device && (await this.#use(device, era))) this.#consent.level = 'granted';
  }

  async #moveToDevice(profile: Profile | null, at: Position): Promise<Moved | null> {
    const [memory, era] = [this.#store, this.#era];
    // The shopper may have answered again while this call waited for its turn.
    if (this.lastAnswer.consent !== 'granted') throw forgotten();
    const opened = await openDevice(this.#options, this.#onClosed);
    const device = opened.store;
    const moved: CopiedEvent[] = [];
    try {
      // First of all: a reset in another tab from now on must be noticed.
      const generation = await device.generation();
      let isNew = await isEmpty(device);
      if (era !== this.#era) throw forgotten();
      // A duplicate of this tab, or its earlier page, may have moved the same events.
      const from = this.consent === 'session' ? await (await import('./join-logs')).without(memory, device) : memory;
      await copyEvents(from, device, 0, moved);
      const lastEvent = moved.findLast(({ from }) => from <= at.lastEvent)?.to ?? 0;
      const firstEvent = firstOf(at, moved[0]);
      const items = await memory.localItems();
      for (const item of items) await device.saveLocalItem(item);
      if (isNew && profile) {
        const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
        isNew = await device.saveProfile(stored, generation, { first: true });
        // A tab that opened the empty database before has not read this profile.
        if (isNew) this.#tabs.post('replaced');
      }
      if (!(await this.#use(opened, era)) || era !== this.#era) throw forgotten();
      this.#consent.level = 'granted';
      this.#endWait();
      await this.#copyLate(memory, device, moved.at(-1)?.from ?? 0, items);
      this.#tabs.post(this.#consent.last);
      this.#tabs.post('events');
      return isNew ? { lastEvent, firstEvent, origin: firstOrigin(device, generation, lastEvent) } : null;
    } catch (thrown) {
      await this.#undoMove(device, moved, era).catch((failed) => {
        // A deleted database no longer contains any data of this move.
        if (opened.closed === null) this.#listener?.onError(SidestreamError.from(failed));
      });
      throw thrown;
    }
  }

  /**
   * Undoes a failed move to the device: events left there would be stored twice after another attempt. Deletes the database
   * when the shopper withdrew consent, or when this move created it and no other tab has written to it.
   */
  async #undoMove(device: DeviceStore, moved: readonly CopiedEvent[], era: number): Promise<void> {
    let unused = this.lastAnswer.consent !== 'granted' || (device.created && era !== this.#era);
    try {
      if (!unused) {
        await device.removeEvents(moved.map(({ to }) => to));
        unused = device.created && (await isEmpty(device));
      }
    } finally {
      device.close();
    }
    if (unused) await deleteDeviceStore(this.#options.namespace);
  }

  /** Copies the events and items that were added to memory during the move. */
  async #copyLate(memory: Store, device: DeviceStore, after: number, items: readonly LocalItem[]): Promise<void> {
    try {
      await copyEvents(memory, device, after);
      for (const item of await memory.localItems()) if (!items.includes(item)) await device.saveLocalItem(item);
    } catch (thrown) {
      // The device is already in use, with later events: the move cannot be undone. After an erasure, nothing is missing.
      if (device === this.#store) this.#listener?.onError(SidestreamError.from(thrown));
    }
  }

  /** Reads the current store; if it is replaced during the call, reads the new one. */
  async reading<T>(read: (store: Store) => Promise<T>): Promise<T> {
    for (;;) {
      const store = this.#store;
      try {
        return await read(store);
      } catch (thrown) {
        if (store === this.#store) throw thrown;
      }
    }
  }

  /** Changes the store only in the given era: erased data must not come back. */
  async #within<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    if (era !== this.#era) throw forgotten();
    try {
      return await change(this.#store);
    } catch (thrown) {
      throw era === this.#era ? thrown : forgotten(thrown);
    }
  }

  /** Puts a store in use. @returns false when everything was erased since `era`; then the store is closed */
  async #use({ store, closed }: OpenedDevice, era: number): Promise<boolean> {
    if (era !== this.#era || closed === 'deleted') {
      store.close();
      return false;
    }
    this.#store = store;
    if (closed !== null) this.#onClosed(store, closed);
    else {
      this.#tabs.post({ bundle: this.#options.bundle, isReply: false });
      await this.#tabs.join(this.#options.learning);
    }
    return era === this.#era;
  }

  #onMessage(message: TabMessage): void {
    const listener = this.#listener;
    if (message === 'events') listener?.onEvents();
    else if (message === 'replaced') listener?.onProfile();
    else if (message === 'answer?') {
      // A grant would create the database again.
      if (this.#consent.answered && this.lastAnswer.consent !== 'granted') this.#tabs.post(this.lastAnswer);
    } else if (message === 'profile') {
      if (!this.leading) listener?.onProfile();
    } else if ('bundle' in message) this.#onBundle(message.bundle, message.isReply);
    else this.#onAnswer(message);
  }

  /** Another tab uses the database. @param isReply whether this tab was there first */
  #onBundle(bundle: string, isReply: boolean): void {
    const own = this.#options.bundle;
    if (this.inMemory || bundle === own) return;
    if (!isReply) this.#tabs.post({ bundle: own, isReply: true });
    if (this.#otherBundle) return;
    this.#otherBundle = true;
    this.#listener?.onError(
      new SidestreamError(
        'runtime/other-bundle',
        `Another tab uses the bundle ${bundle} in the namespace "${this.#options.namespace}" of ${own}. They share one profile, and neither learns from choices of products that it lacks. Give shops with different products separate namespaces; after a move of the bundle, reload the older tab.`,
      ),
    );
  }

  #onAnswer(answer: ConsentAnswer): void {
    const accepted = this.#consent.accept(answer);
    if (!accepted) return;
    if (answer.consent === 'granted') {
      if (this.consent !== 'granted') this.#listener?.onGranted();
      return;
    }
    this.#endWait();
    // Even if the consent is already the same: an earlier grant may be in progress.
    this.#erase(answer.consent);
    this.#listener?.onErased();
    if (accepted !== 'overruled') return;
    // Tabs that know the later grant must be told, and data written since by that grant must be deleted.
    this.#tabs.post(this.#consent.last);
    this.deleteDevice().catch((thrown) => this.#listener?.onError(SidestreamError.from(thrown)));
  }

  /** Another tab deleted the database, or another page took it over. */
  readonly #onClosed = (store: DeviceStore, why: Closed): void => {
    // `#use` rejects a store that is not in use yet.
    if (store !== this.#store) return;
    if (why === 'deleted') {
      this.#erase('pending');
      this.#awaitAnswer();
      this.#listener?.onErased();
      return;
    }
    // Ids of the events in memory begin after the learned ones.
    this.#toMemory(new MemoryStore(this.#lastEvent));
    this.#listener?.onTakenOver();
    this.#listener?.onError(
      new SidestreamError(
        'store/newer-schema',
        'Another page took over the profile, with newer code or another key. Recommendations continue in memory; reload this page to share it again.',
      ),
    );
  };

  /** The database is gone, and the deleting tab's answer may arrive later: do not report a consent until then. */
  #awaitAnswer(): void {
    this.#endWait();
    this.#answer = new Promise((resolve) => {
      const timer = setTimeout(resolve, ANSWER_LIMIT);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#tabs.post('answer?');
  }

  #erase(consent: Refusal): void {
    this.#era++;
    this.#consent.level = consent;
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

/** Whether a store has neither profile nor events. */
export const isEmpty = async (store: Store): Promise<boolean> =>
  (await store.profiles()).length + (await store.eventsAfter(0)).length === 0;

/** Id of the first event that a learner contains, after its log was copied. @param copied first event of that log, if any */
export function firstOf({ firstEvent }: Position, copied: CopiedEvent | undefined): number {
  if (firstEvent === Number.MAX_SAFE_INTEGER) return firstEvent;
  return copied && copied.from <= firstEvent ? copied.to : 0;
}

const forgotten = (cause?: unknown): SidestreamError =>
  new SidestreamError(
    'store/forgotten',
    'The shopper withdrew consent, so no data is kept. Ask for consent, then try again.',
    { cause },
  );

export const unknownSnapshot = (id: number): SidestreamError =>
  new SidestreamError('store/unknown-snapshot', `There is no snapshot ${id}; snapshots() lists the existing ones.`);
