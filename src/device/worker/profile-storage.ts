import type { LoggedEvent, NewEvent } from '../../core/events';
import { SidestreamError } from '../../error';
import { type Profile, profileFiles } from '../learner';
import type { Consent, ConsentAnswer, Refusal } from '../protocol';
import { type DeviceStore, deleteDeviceStore, type LocalItem, MemoryStore, type Store } from '../store';
import { ConsentState } from './consent-state';
import { DeviceMove, forgotten, type Moved, type Position } from './device-move';
import { type Closed, type OpenedDevice, openDevice, openExistingDevice } from './device-opening';
import type { EngineOptions } from './engine-options';
import { LogBudget } from './log-budget';
import { OtherTabs, type StorageListener } from './other-tabs';
import { firstOrigin, type ProfileOrigin, readStoredProfile } from './profile-origin';
import { Tabs } from './tabs';

export { firstOf, isEmpty } from './device-move';

/**
 * Stores log and profile, and owns the shopper's consent: in memory until the shopper consents, then on the device, where
 * the shop's tabs share the store and one of them leads. An answer given in one tab holds in all.
 */
export class ProfileStorage {
  readonly #options: EngineOptions;
  readonly #tabs: Tabs;
  readonly #consent: ConsentState;
  readonly #budget: LogBudget;
  readonly #others: OtherTabs;
  #listener: StorageListener | null = null;
  /** Stored profiles that could not be used when the store was read last. */
  #damaged: { origin: ProfileOrigin | null; count: number } = { origin: null, count: 0 };
  #store: Store = new MemoryStore();
  /** Number of times that everything was erased: events tracked before must not be stored after. */
  #era = 0;
  /** Id of the last event that was written or read here. */
  #lastEvent = 0;

  /**
   * Answers of the shopper count from now on, in any tab, also those given before `open`.
   * @param options `consent` must be parsed
   */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { consent = 'pending', restarted = false } = options;
    // After a restart consent is in force only if the device still has a database.
    this.#consent = new ConsentState(restarted && consent === 'granted' ? 'pending' : consent);
    this.#budget = new LogBudget(options.logBudget);
    this.#tabs = new Tabs(options.namespace, {
      onLead: () => this.#listener?.onLead(),
      onMessage: (message) => this.#others.receive(message),
    });
    this.#others = new OtherTabs({
      options,
      consent: this.#consent,
      tabs: this.#tabs,
      inMemory: () => this.inMemory,
      erase: (refusal) => this.#erase(refusal),
      deleteDevice: () => this.deleteDevice(),
      listener: () => this.#listener,
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
    return this.#others.known();
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
      if (!this.#budget.isDue(lastEvent)) return;
      this.#budget.measured(lastEvent);
      await store.compact(origin.known[1], this.#budget.bytes);
    } catch (thrown) {
      // The store was replaced and no longer accepts data.
      if (store === this.#store) throw thrown;
    }
  }

  /** Whether enough events came since the log was measured. */
  get measuringDue(): boolean {
    return this.#budget.isDue(this.#lastEvent);
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
    const gone = this.#budget.excess(sizes);
    if (gone === 0) this.#budget.measured(this.#lastEvent);
    return gone;
  }

  /** The part of the current store with the texts about this device and the aggregates of the log. */
  get counting(): Pick<Store, 'text' | 'aggregates' | 'saveAggregates' | 'generation'> {
    return this.#store;
  }

  /**
   * Changes the stored data so that other tabs' state no longer applies.
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
    this.#others.endWait();
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
    const move = (): Promise<Moved | null> =>
      new DeviceMove({
        options: this.#options,
        consent: this.#consent,
        tabs: this.#tabs,
        store: () => this.#store,
        era: () => this.#era,
        use: (opened, era) => this.#use(opened, era),
        onGranted: () => {
          this.#consent.level = 'granted';
          this.#others.endWait();
        },
        onClosed: this.#onClosed,
        onError: (error) => this.#listener?.onError(error),
      }).run(profile, at);
    return this.#tabs.alone('grant', move);
  }

  /**
   * Stops writing to the device immediately. Later events stay in memory, or are dropped with `denied`. `deleteDevice`
   * deletes the database.
   */
  leave(consent: Refusal): void {
    this.#others.endWait();
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
    this.#others.endWait();
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

  /** Another tab deleted the database, or another page took it over. */
  readonly #onClosed = (store: DeviceStore, why: Closed): void => {
    // `#use` rejects a store that is not in use yet.
    if (store !== this.#store) return;
    if (why === 'deleted') {
      this.#erase('pending');
      this.#others.awaitAnswer();
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
    this.#budget.measured(0);
  }
}

export const unknownSnapshot = (id: number): SidestreamError =>
  new SidestreamError('store/unknown-snapshot', `There is no snapshot ${id}; snapshots() lists the existing ones.`);
