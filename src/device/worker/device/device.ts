import { Mutex } from '../../../core/common/tasks';
import type { LoggedEvent, NewEvent } from '../../../core/events';
import { SidestreamError } from '../../../error';
import { type Profile, profileFiles } from '../../learner';
import type { Consent, ConsentAnswer, EngineOptions, Refusal } from '../../protocol';
import {
  type DeviceStore,
  deleteDeviceStore,
  eventSize,
  excessEvents,
  LOG_BUDGET,
  type Lost,
  MemoryStore,
  type ProfileOrigin,
  type Store,
} from '../../store';
import { ConsentState } from './consent-state';
import { forgotten, openDevice, openExistingDevice } from './opening';
import { readStoredProfile } from './stored-profile';
import { type TabMessage, Tabs } from './tabs';

export interface DeviceListener {
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

/** Number of events after which the log is measured again. */
const EVENTS_BETWEEN_MEASUREMENTS = 500;
/** Maximum time that a tab whose database was deleted waits for the answer of the deleting tab, ms. */
const ANSWER_LIMIT = 1000;

/**
 * The store of log and profile in use, and the shopper's consent, which decides on it: in memory until the shopper consents, then
 * on the device, where the shop's tabs share it and one of them leads. An answer given in one tab holds in all.
 *
 * An answer that erases ends an era. A call remembers the era in which the page made it, and changes nothing in a later one, so that
 * erased data cannot come back by a call that was under way:
 *
 *     era       0                              1                         2
 *     answer    pending ──► granted ─────► denied ──► granted ──────► forget
 *     store     memory      device         memory     a new device    memory
 *     track()   ├──► kept   ├──► kept   ├──┼──► not kept
 */
export class Device {
  /** One answer of the shopper is carried out completely before the next one begins. */
  readonly answering = new Mutex();
  readonly tabs: Tabs;
  readonly answers: ConsentState;
  /** To be set before `open`. */
  listener: DeviceListener | null = null;
  store: Store = new MemoryStore();
  /** Id of the last event that was written or read here, and of the last one when the log was measured. */
  #lastEvent = 0;
  #measured = 0;
  #era = 0;
  /** Resolves with the error, if any. */
  #opening: Promise<SidestreamError | null> | null = null;
  /** Pending while the database is gone and the deleting tab's answer is unknown. */
  #answer: Promise<void> = Promise.resolve();
  #endWait: () => void = () => undefined;
  /** Stored profiles that could not be used when the store was read last. */
  #damaged: { origin: ProfileOrigin | null; count: number } = { origin: null, count: 0 };
  /** Whether it was reported that another tab uses another bundle. */
  #otherBundle = false;

  /**
   * Answers of the shopper count from now on, in any tab, also those given before `open`.
   * @param options `consent` must be parsed
   */
  constructor(readonly options: EngineOptions) {
    const { consent = 'pending', restarted = false } = options;
    // After a restart consent is in force only if the device still has a database.
    this.answers = new ConsentState(restarted && consent === 'granted' ? 'pending' : consent);
    this.tabs = new Tabs(options.namespace, {
      onLead: () => this.listener?.onLead(),
      onMessage: (message) => this.#receive(message),
    });
    if (consent !== 'denied' || restarted) return;
    // The shop passed the shopper's answer: it holds in all tabs, as a later answer does.
    this.answers.answer('denied');
    this.tabs.post(this.answers.last);
  }

  get consent(): Consent {
    return this.answers.level;
  }

  /** Resolves when the consent is known; this may take a moment if the database is gone and another tab knows why. */
  known(): Promise<void> {
    return this.#answer;
  }

  /** Whether a level is the shopper's last answer and carried out; `granted` requires a store on the device. */
  holds(level: Consent): boolean {
    if (this.consent !== level || this.answers.last.consent !== level) return false;
    return level !== 'granted' || !this.inMemory;
  }

  get inMemory(): boolean {
    return this.store instanceof MemoryStore;
  }

  /** Number of times that everything was erased. */
  get era(): number {
    return this.#era;
  }

  /**
   * Opens the first store: on the device if the shopper granted consent, now or on an earlier visit, else in memory. If the
   * device fails, the error is reported and the page continues in memory. May be called without a listener, and once more with it.
   */
  async open(): Promise<void> {
    this.#opening ??= this.#open().then(
      () => null,
      (thrown) => SidestreamError.from(thrown),
    );
    const error = await this.#opening;
    // In another tab, while the bundle was loaded.
    if (this.answers.last.consent === 'granted' && this.consent !== 'granted') this.listener?.onGranted();
    if (error) this.listener?.onError(error);
  }

  async #open(): Promise<void> {
    const { consent: given, restarted = false, withdrawn = false } = this.options;
    const refused = this.answers.last.consent !== 'granted' && (this.answers.answered || withdrawn);
    if (refused) await this.deleteDevice();
    else if (given === undefined || (restarted && given === 'granted')) await this.#openExisting();
    else if (given === 'granted' && !restarted) await this.#openAsGranted();
  }

  /** Records that the shopper granted consent in this tab. `grant` carries it out. */
  agree(): void {
    this.#endWait();
    this.answers.answer('granted');
  }

  granted(): void {
    this.answers.level = 'granted';
    this.#endWait();
  }

  /**
   * Stops writing to the device immediately. Later events stay in memory, or are dropped with `denied`. `deleteDevice`
   * deletes the database.
   */
  leave(consent: Refusal): void {
    this.#endWait();
    this.answers.answer(consent);
    this.#erase(consent);
    this.tabs.post(this.answers.last);
  }

  /** The same while the recommender starts, which may have read a profile already. The page deletes the database. */
  refuse(consent: Refusal): void {
    this.leave(consent);
    this.listener?.onErased();
  }

  /** Deletes the database on the device. @throws SidestreamError `store/blocked` when another page holds it open */
  deleteDevice(): Promise<void> {
    return deleteDeviceStore(this.options.namespace);
  }

  /** Runs work that only one tab may do at a time. @param what name of the work */
  alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.inMemory ? work() : this.tabs.alone(what, work);
  }

  close(): void {
    this.#endWait();
    this.tabs.close();
    this.store.close();
  }

  /** Uses the current store; if that fails because it is replaced during the call, uses the new one. */
  async using<T>(use: (store: Store) => Promise<T>): Promise<T> {
    for (;;) {
      const { store } = this;
      try {
        return await use(store);
      } catch (thrown) {
        if (store === this.store) throw thrown;
      }
    }
  }

  /**
   * Appends events to the log, unless the shopper denied consent or had everything erased since they were tracked.
   * @param era in which they were tracked
   * @returns whether they were appended
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  append(events: readonly NewEvent[], era: number): Promise<boolean> {
    return this.using(async (store) => {
      if (this.consent === 'denied' || era !== this.era) return false;
      const logged = await store.append(events);
      if (store === this.store) this.#lastEvent = logged.at(-1)?.id ?? this.#lastEvent;
      this.tabs.post('events');
      return true;
    });
  }

  eventsAfter(id: number): Promise<LoggedEvent[]> {
    return this.using(async (store) => {
      const events = await store.eventsAfter(id);
      if (store === this.store) this.#lastEvent = Math.max(this.#lastEvent, events.at(-1)?.id ?? 0);
      return events;
    });
  }

  /** The newest stored profile that can be used; null without any. Errors of newer ones are reported. */
  read(): Promise<{ profile: Profile | null; origin: ProfileOrigin }> {
    return this.using(async (store) => {
      const { errors, ...found } = await readStoredProfile(store);
      // A profile is read again after the features are loaded: do not report its errors twice.
      const { origin, count } = this.#damaged;
      const same = origin?.store === store && origin.generation === found.origin.generation;
      for (const error of errors.slice(same ? count : 0)) this.listener?.onError(error);
      this.#damaged = { origin: found.origin, count: Math.max(errors.length, same ? count : 0) };
      return found;
    });
  }

  /**
   * Saves a profile, and keeps the log within its budget. Only the leader saves.
   * @param origin the profile that the learner continues; if it was replaced, nothing is saved
   * @param window whether a window ended: the profile is then also saved as a snapshot
   */
  async save(profile: Profile, origin: ProfileOrigin, window = false): Promise<void> {
    const { store } = origin;
    if (origin.readOnly || !this.tabs.leading || store !== this.store) return;
    const { lastEvent, windows, history } = profile;
    const about = { time: Date.now(), choices: history?.total ?? 0, windows, lastEvent };
    const options = { snapshot: window ? about : undefined, overDamaged: origin.damaged };
    const stored = await (await profileFiles()).storedProfile(profile);
    try {
      if (!(await store.saveProfile(stored, origin.generation, options))) {
        // Another tab, or newer code, replaced the profile, and its message has not arrived yet.
        this.listener?.onProfile();
        return;
      }
      origin.damaged = false;
      origin.known = [lastEvent, origin.known[0]];
      this.tabs.post('profile');
      if (!this.isMeasuringDue(lastEvent)) return;
      this.#measured = lastEvent;
      await store.compact(origin.known[1], this.#budget);
    } catch (thrown) {
      // The store was replaced and no longer accepts data.
      if (store === this.store) throw thrown;
    }
  }

  /** Whether enough events came since the log was measured. @param lastEvent id of the last one */
  isMeasuringDue(lastEvent = this.#lastEvent): boolean {
    return lastEvent - this.#measured >= EVENTS_BETWEEN_MEASUREMENTS;
  }

  /** Number of the oldest events that exceed the log's budget. @param events of the log, oldest first */
  excess(events: readonly LoggedEvent[]): number {
    const ids = events.map(({ id }) => id);
    const gone = excessEvents(ids, events.map(eventSize), { known: Number.MAX_SAFE_INTEGER, budget: this.#budget });
    if (gone === 0) this.#measured = this.#lastEvent;
    return gone;
  }

  get #budget(): number {
    return this.options.logBudget ?? LOG_BUDGET;
  }

  /**
   * Changes the stored data so that other tabs' state no longer applies.
   * @throws SidestreamError `store/forgotten` if everything was erased since `era`, and the errors of `change`
   */
  async change<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    const done = await this.within(era, change);
    // Data in memory belongs only to this tab.
    if (!this.inMemory) this.tabs.post('replaced');
    return done;
  }

  /** @throws SidestreamError `store/forgotten` when the shopper denied, or everything was erased since `era` */
  checkEra(era: number): void {
    if (this.consent === 'denied' || era !== this.era) throw forgotten();
  }

  /** Changes the store. @throws SidestreamError `store/forgotten` when everything was erased since `era` */
  async within<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
    if (era !== this.#era) throw forgotten();
    try {
      return await change(this.store);
    } catch (thrown) {
      throw era === this.#era ? thrown : forgotten(thrown);
    }
  }

  /** Puts a store in use. @returns false when everything was erased since `era`; then the store is closed */
  async use(store: DeviceStore, era: number): Promise<boolean> {
    if (era !== this.#era || store.lost === 'deleted') {
      store.close();
      return false;
    }
    this.store = store;
    store.onLost = (why) => this.#onLost(store, why);
    if (store.lost) this.#onLost(store, store.lost);
    else {
      this.tabs.post({ bundle: this.options.bundle, isReply: false });
      await this.tabs.join(this.options.learning);
    }
    return era === this.#era;
  }

  /** The shop passed the shopper's answer at the start: it holds in all tabs, as a later answer does. */
  async #openAsGranted(): Promise<void> {
    const era = this.#era;
    this.answers.answer('granted');
    if (await this.use(await openDevice(this.options), era)) {
      this.tabs.post(this.answers.last);
    } else {
      // Another tab withdrew consent meanwhile: opening may have created the database again.
      await this.deleteDevice();
    }
  }

  /** An existing database means that consent was granted on an earlier visit, unless it is being deleted. */
  async #openExisting(): Promise<void> {
    const era = this.#era;
    const device = await openExistingDevice(this.options);
    if (device && (await this.use(device, era))) this.answers.level = 'granted';
  }

  /** Another tab deleted the database, or another page took it over. */
  #onLost(store: DeviceStore, why: Lost): void {
    if (store !== this.store) return;
    if (why === 'deleted') {
      this.#erase('pending');
      this.#awaitAnswer();
      this.listener?.onErased();
      return;
    }
    // Ids of the events in memory begin after the learned ones.
    this.#toMemory(new MemoryStore(this.#lastEvent));
    this.listener?.onTakenOver();
    this.listener?.onError(
      new SidestreamError(
        'store/newer-schema',
        'Another page took over the profile, with newer code or another key. Recommendations continue in memory; reload this page to share it again.',
      ),
    );
  }

  #erase(consent: Refusal): void {
    this.#era++;
    this.answers.level = consent;
    this.#lastEvent = 0;
    this.#toMemory(new MemoryStore());
  }

  #toMemory(store: MemoryStore): void {
    this.tabs.leave();
    this.store.close();
    this.store = store;
    this.#measured = 0;
  }

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
    this.tabs.post('answer?');
  }

  #receive(message: TabMessage): void {
    const { answers, tabs, listener } = this;
    if (message === 'events') listener?.onEvents();
    else if (message === 'replaced') listener?.onProfile();
    else if (message === 'answer?') {
      // A grant would create the database again.
      if (answers.answered && answers.last.consent !== 'granted') tabs.post(answers.last);
    } else if (message === 'profile') {
      if (!tabs.leading) listener?.onProfile();
    } else if ('bundle' in message) this.#onBundle(message.bundle, message.isReply);
    else this.#onAnswer(message);
  }

  /** Another tab uses the database. @param isReply whether this tab was there first */
  #onBundle(bundle: string, isReply: boolean): void {
    const { options, tabs } = this;
    if (this.inMemory || bundle === options.bundle) return;
    if (!isReply) tabs.post({ bundle: options.bundle, isReply: true });
    if (this.#otherBundle) return;
    this.#otherBundle = true;
    this.listener?.onError(
      new SidestreamError(
        'runtime/other-bundle',
        `Another tab uses the bundle ${bundle} in the namespace "${options.namespace}" of ${options.bundle}. They share one profile, and neither learns from choices of products that it lacks. Give shops with different products separate namespaces; after a move of the bundle, reload the older tab.`,
      ),
    );
  }

  #onAnswer(answer: ConsentAnswer): void {
    const { answers, tabs } = this;
    const accepted = answers.accept(answer);
    if (answer.consent === 'granted') {
      // Also a known one: a tab whose earlier grant failed may have deleted the database of the grant that holds.
      if (answers.last.consent === 'granted' && answers.level !== 'granted') this.listener?.onGranted();
      return;
    }
    if (!accepted) return;
    this.#endWait();
    // Even if the consent is already the same: an earlier grant may be in progress.
    this.#erase(answer.consent);
    this.listener?.onErased();
    if (accepted !== 'overruled') return;
    // Tabs that know the later grant must be told, and data written since by that grant must be deleted.
    tabs.post(answers.last);
    // Reported to the listener at that time: nobody listens while the recommender starts.
    this.deleteDevice().catch((thrown) => this.listener?.onError(SidestreamError.from(thrown)));
  }
}

export const unknownSnapshot = (id: number): SidestreamError =>
  new SidestreamError(
    'store/unknown-snapshot',
    `There is no snapshot ${id}; profile.snapshots() lists the existing ones.`,
  );
