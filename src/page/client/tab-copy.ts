import type { GivenOptions, TrackedCall, TrackInput } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { DebouncedRunner } from './debounced-runner';
import { tabKey } from './erasure';
import { type Noted, TabRecord } from './tab-record';
import type { Emit, Remote } from './worker-calls';

/** Delay between a change and the copy of the worker's data, ms: training or a burst of events costs a single copy. */
const COPY_DELAY = 500;

/** The connection whose data is kept. */
export interface TabCopyHost {
  given: GivenOptions;
  /** Null while no data is kept. */
  tabCopy: TabCopy | null;
  /** Whether a worker takes calls. */
  readonly up: boolean;
  readonly namespace: string;
  readonly listeners: Set<Emit>;
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T>;
  /** Starts a worker, which continues with the result of `TabCopy.read`. */
  startWorker(kept: null): Promise<Remote>;
  replaceWorker(start: () => Promise<Remote>): void;
  emit: Emit;
  fail(thrown: unknown): void;
}

/** Starts keeping a copy of a connection's data. */
export function tabCopyOf(host: TabCopyHost): TabCopy {
  host.tabCopy ??= new TabCopy(host);
  return host.tabCopy;
}

/**
 * Keeps the worker's data in the tab for the shop's next page: a copy, made shortly after changes, and the events tracked since,
 * noted at once because a click may leave the page. If nothing can be kept, this is reported once and the page continues in
 * memory.
 */
export class TabCopy {
  readonly #host: TabCopyHost;
  readonly #record: TabRecord;
  #noted: Noted[] = [];
  #lastTime = 0;
  #lastEvents = 0;
  /** Whether the visit has ended or cannot be kept: nothing more is written. */
  #ended = false;
  /** Whether the page is in the back/forward cache or about to be left. */
  #away = false;
  /** How often the page was left: a copy requested earlier must not overwrite the records of later pages. */
  #departures = 0;
  /** Whether the data of an earlier page is being handed in: a copy of the worker's data would lack it. */
  #handing = false;
  readonly #copies = new DebouncedRunner(() => this.#copy(), COPY_DELAY);
  readonly #listening = new AbortController();

  constructor(host: TabCopyHost) {
    this.#host = host;
    this.#record = new TabRecord(tabKey(host.namespace, host.given.bundle));
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => document.hidden && this.save(), { signal });
    window.addEventListener('pagehide', () => this.#leave(), { signal });
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.#returned(), { signal });
    if (host.given.encrypt) {
      this.#giveUp(
        new SidestreamError(
          'runtime/invalid-input',
          'consent "session": sessionStorage cannot be encrypted as `encrypt` requires, so nothing is kept from page to page. Leave out one of the two options.',
        ),
      );
    }
  }

  /** The data that an earlier page of this visit kept, as `Kept`, which the worker parses; null without any. */
  read(): object | null {
    if (this.#ended) return null;
    try {
      const record = this.#record.read();
      if (!record) return null;
      // The worker gets these events through their own calls.
      const waiting = this.#noted.filter(({ answered }) => !answered);
      const isWaiting = ({ time }: TrackedCall): boolean => waiting.some(({ call }) => call.time === time);
      const tracked = record.tracked.filter((call) => !isWaiting(call));
      // The next copy of the worker's data contains them.
      this.#noted = [...tracked.map((call) => ({ call, answered: true })), ...waiting];
      return { memory: record.memory, counts: [], tracked };
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      if (error.code === 'store/corrupt') {
        this.#record.remove();
        this.#host.fail(error);
      } else this.#giveUp(error);
      return null;
    }
  }

  /** Lets a running worker continue with the data that an earlier page kept. */
  async handIn(): Promise<void> {
    const kept = this.read();
    if (kept) await this.#host.call((remote) => remote.takeOver(kept));
  }

  /** As `handIn`, and keeps a copy from now on. An earlier copy of the worker's data would lack the data that was handed in. */
  async takeUp(): Promise<void> {
    this.#handing = true;
    try {
      await this.handIn();
    } finally {
      this.#handing = false;
      this.later();
    }
  }

  /**
   * Notes an event before the worker has it: the page may be left right after the call.
   * @param send calls the worker
   */
  track(event: TrackInput, send: (time?: number) => Promise<void>): Promise<void> {
    // Impressions are frequent and teach nothing: the next copy of the worker's data contains them.
    if (this.#ended || event.type === 'impression') return send();
    // A unique time distinguishes this event from other events of the item.
    let time = Math.max(Date.now(), this.#lastTime + 1);
    const taken = new Set(this.#noted.map(({ call }) => call.time));
    while (taken.has(time)) time++;
    this.#lastTime = time;
    let noted: Noted | null = null;
    try {
      const { type, itemId, details } = JSON.parse(JSON.stringify(event));
      noted = { call: { type, itemId, details, time }, answered: false };
    } catch {
      // Not JSON, so not a valid event either: the worker refuses it.
      return send(time);
    }
    const own = noted;
    this.#noted.push(own);
    this.#write();
    return send(time).then(
      () => {
        own.answered = true;
        this.later();
      },
      (thrown) => {
        this.#noted = this.#noted.filter((other) => other !== own);
        this.#write();
        throw thrown;
      },
    );
  }

  /** Handles a change of the recommender. @param events number of events that its profile has learned from */
  changed(events: number): void {
    // A reset: the kept data must not come back with the next page.
    if (events < this.#lastEvents) this.save();
    else this.later();
    this.#lastEvents = events;
  }

  later(): void {
    if (!this.#ended) this.#copies.later();
  }

  save(): void {
    this.#copies.now();
  }

  /** Deletes the kept data and keeps nothing from now on. */
  end(): void {
    this.close();
    if (this.#host.tabCopy === this) this.#host.tabCopy = null;
    this.#record.remove();
  }

  close(): void {
    this.#ended = true;
    this.#copies.cancel();
    this.#listening.abort();
  }

  async #copy(): Promise<void> {
    // Without a worker, there is nothing to copy.
    if (this.#ended || this.#handing || !this.#host.up) return;
    const departures = this.#departures;
    const contained = new Set(this.#noted.filter(({ answered }) => answered));
    try {
      const { memory } = await this.#host.call((remote) => remote.copy());
      // Meanwhile, the shopper may have answered or left the page.
      if (!memory || this.#ended || departures !== this.#departures) return;
      this.#noted = this.#noted.filter((noted) => !contained.has(noted));
      this.#record.copy(memory);
      this.#write();
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      // The noted events stay; the crash was already emitted.
      if (error.code !== 'runtime/closed' && error.code !== 'runtime/worker-crashed') this.#host.fail(error);
    }
  }

  #write(): void {
    if (this.#ended || this.#away) return;
    try {
      this.#record.write(this.#noted);
    } catch (thrown) {
      this.#giveUp(SidestreamError.from(thrown));
    }
  }

  #giveUp(error: SidestreamError): void {
    this.close();
    this.#host.fail(error);
  }

  #leave(): void {
    this.#away = true;
    this.#departures++;
  }

  /** After a return from the back/forward cache, other pages of this tab may have continued the visit or ended it. */
  #returned(): void {
    this.#away = false;
    const changes = this.#record.changes();
    if (changes === 'unchanged') {
      this.later();
      return;
    }
    if (changes === 'removed') {
      // The shopper has answered on that page: the device knows the consent in force.
      this.close();
      this.#host.tabCopy = null;
      this.#host.given = { ...this.#host.given, consent: undefined };
    }
    this.#noted = [];
    this.#record.copy(null);
    this.#host.replaceWorker(() => this.#host.startWorker(null));
    this.#host
      .call((remote) => remote.status())
      .then(
        (status) => this.#host.emit('change', status),
        (thrown) => this.#host.fail(thrown),
      );
  }
}
