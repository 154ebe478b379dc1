import { SidestreamError } from '../../error';
import type { Consent, ConsentAnswer, Refusal } from '../protocol';
import { type DeviceStore, deleteDeviceStore, type Lost, MemoryStore, type Store } from '../store';
import { ConsentState } from './consent-state';
import { forgotten, openDevice, openExistingDevice } from './device-opening';
import type { EngineOptions } from './engine-options';
import { type TabMessage, Tabs } from './tabs';

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

/** Maximum time that a tab whose database was deleted waits for the answer of the deleting tab, ms. */
const ANSWER_LIMIT = 1000;

/**
 * The store in use, and the shopper's consent, which decides on it: in memory until the shopper consents, then on the device,
 * where the shop's tabs share it and one of them leads. An answer given in one tab holds in all.
 */
export class SharedStore {
  readonly tabs: Tabs;
  readonly answers: ConsentState;
  /** To be set before `open`. */
  listener: StorageListener | null = null;
  store: Store = new MemoryStore();
  /** Id of the last event that was written or read here, and of the last one when the log was measured. */
  protected lastEvent = 0;
  protected measured = 0;
  #era = 0;
  /** Resolves with the error, if any. */
  #opening: Promise<SidestreamError | null> | null = null;
  /** Pending while the database is gone and the deleting tab's answer is unknown. */
  #answer: Promise<void> = Promise.resolve();
  #endWait: () => void = () => undefined;
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

  /**
   * Number of times that everything was erased: an event is appended only in the era in which it was tracked, and erased data
   * must not come back.
   */
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

  /** Reads the current store; if it is replaced during the call, reads the new one. */
  async reading<T>(read: (store: Store) => Promise<T>): Promise<T> {
    for (;;) {
      const { store } = this;
      try {
        return await read(store);
      } catch (thrown) {
        if (store === this.store) throw thrown;
      }
    }
  }

  /** Changes the store. @throws SidestreamError `store/forgotten` when everything was erased since `era` */
  protected async within<T>(era: number, change: (store: Store) => Promise<T>): Promise<T> {
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
    this.#toMemory(new MemoryStore(this.lastEvent));
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
    this.lastEvent = 0;
    this.#toMemory(new MemoryStore());
  }

  #toMemory(store: MemoryStore): void {
    this.tabs.leave();
    this.store.close();
    this.store = store;
    this.measured = 0;
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
