import type { GivenOptions, Kept, TrackedCall, TrackInput } from '../../device/protocol';
import { SidestreamError } from '../../error';
import type { Emit, Remote } from './remote';

/** Version of the record. A record of a later version is left alone. */
const VERSION = 1;
/** Maximum size of a record, characters: a tab has room for about five million, which it shares with the shop. */
const MAX_CHARACTERS = 1_000_000;
/** How far ahead an earlier page's clock may have been, ms. */
const MAX_CLOCK_AHEAD_MS = 24 * 60 * 60 * 1000;
/** Delay between a change and the copy of the worker's data, ms: training or a burst of events costs a single copy. */
const COPY_DELAY = 500;

/** The connection whose data is kept. */
export interface VisitHost {
  given: GivenOptions;
  /** Null while no data is kept. */
  visit: Visit | null;
  /** Whether a worker takes calls. */
  readonly up: boolean;
  /** Key of the visit in sessionStorage. */
  readonly visitKey: string;
  /** Deletes the visits that pages of the tab kept in the namespace. */
  deleteVisits(): void;
  readonly listeners: Set<Emit>;
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T>;
  /** Starts a worker, which continues with the result of `Visit.read`. */
  startWorker(kept: null): Promise<Remote>;
  replaceWorker(start: () => Promise<Remote>): void;
  emit: Emit;
  fail(thrown: unknown): void;
}

/** Starts keeping the visit of a connection. */
export function visitOf(host: VisitHost): Visit {
  host.visit ??= new Visit(host);
  return host.visit;
}

/** The worker's data in memory, in a form that JSON can hold. */
interface Memory {
  /** Base64; null if only the events are kept. */
  profile: string | null;
  events: unknown[];
  /** Items that the device added; `values` and `scales` are Base64. */
  items: { item: unknown; encoders: unknown; values: string; scales: string }[];
}

/** A tracked event, and whether the worker has answered: any copy of its data requested after that contains the event. */
interface Noted {
  call: TrackedCall;
  answered: boolean;
}

/**
 * Keeps a visit in the tab's sessionStorage for the shop's next page: a copy of the worker's data, made shortly after changes,
 * and the events tracked since, noted at once because a click may leave the page. If nothing can be kept, this is reported once
 * and the page continues in memory.
 */
export class Visit {
  readonly #host: VisitHost;
  readonly #key: string;
  /** Identifies this page in the record: a page that returns from the back/forward cache can tell whether another page wrote. */
  readonly #page = crypto.getRandomValues(new Uint32Array(2)).join('-');
  #noted: Noted[] = [];
  #memory: Memory | null = null;
  /** `#memory` as JSON, cached because every event writes the record again. */
  #text = 'null';
  #lastTime = 0;
  #lastEvents = 0;
  /** Whether the visit has ended or cannot be kept: nothing more is written. */
  #ended = false;
  /** Whether the page is in the back/forward cache or about to be left. */
  #away = false;
  /** How often the page was left: a copy requested earlier must not overwrite the records of later pages. */
  #departures = 0;
  #wrote = false;
  #copying: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listening = new AbortController();

  constructor(host: VisitHost) {
    this.#host = host;
    this.#key = host.visitKey;
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => document.hidden && void this.save(), { signal });
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

  /** The data that an earlier page of this visit kept, as `Kept`, which the worker parses; null if there is none. */
  read(): object | null {
    const record = this.#record();
    if (!record) return null;
    // The worker gets these events through their own calls.
    const waiting = this.#noted.filter(({ answered }) => !answered);
    const isWaiting = ({ time }: TrackedCall): boolean => waiting.some(({ call }) => call.time === time);
    const tracked = record.tracked.filter((call) => !isWaiting(call));
    try {
      const kept = { memory: record.memory && decoded(record.memory), counts: [], tracked };
      this.#setMemory(record.memory);
      // The next copy of the worker's data contains them.
      this.#noted = [...tracked.map((call) => ({ call, answered: true })), ...waiting];
      return kept;
    } catch (cause) {
      this.#damaged(cause);
      return null;
    }
  }

  /** Lets a running worker continue with the data that an earlier page kept. */
  async handIn(): Promise<void> {
    const kept = this.read();
    if (kept) await this.#host.call((remote) => remote.takeOver(kept));
  }

  /**
   * As `handIn`, and keeps the visit from now on. An earlier copy of the worker's data would lack the data that was handed in.
   */
  async takeUp(): Promise<void> {
    this.#copying = this.handIn();
    try {
      await this.#copying;
    } finally {
      this.#copying = null;
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
    if (events < this.#lastEvents) void this.save();
    else this.later();
    this.#lastEvents = events;
  }

  /** Copies the worker's data after a short delay. */
  later(): void {
    if (!this.#ended) this.#timer ??= setTimeout(() => void this.save(), COPY_DELAY);
  }

  /** Copies the worker's data now. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Without a worker, there is nothing to copy.
    if (this.#ended || !this.#host.up) return;
    if (this.#copying) {
      this.#again = true;
      return;
    }
    this.#copying = this.#copy();
    await this.#copying;
    this.#copying = null;
    if (!this.#again) return;
    this.#again = false;
    await this.save();
  }

  /** Deletes the kept data and keeps nothing from now on. */
  end(): void {
    this.#stop();
    if (this.#host.visit === this) this.#host.visit = null;
    try {
      sessionStorage.removeItem(this.#key);
    } catch {
      // The tab keeps nothing; this was already reported.
    }
  }

  /** Stops without deleting. */
  close(): void {
    this.#stop();
  }

  #stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listening.abort();
  }

  async #copy(): Promise<void> {
    const departures = this.#departures;
    const contained = new Set(this.#noted.filter(({ answered }) => answered));
    try {
      const { memory } = await this.#host.call((remote) => remote.copy());
      // Meanwhile, the shopper may have answered or left the page.
      if (!memory || this.#ended || departures !== this.#departures) return;
      this.#noted = this.#noted.filter((noted) => !contained.has(noted));
      this.#setMemory(encoded(memory));
      this.#write();
    } catch (thrown) {
      const error = SidestreamError.from(thrown);
      // The noted events stay; the crash was already emitted.
      if (error.code !== 'runtime/closed' && error.code !== 'runtime/worker-crashed') this.#host.fail(error);
    }
  }

  #setMemory(memory: Memory | null): void {
    this.#memory = memory;
    this.#text = JSON.stringify(memory);
  }

  #write(): void {
    if (this.#ended || this.#away) return;
    let record = this.#compose();
    while (record.length > MAX_CHARACTERS && this.#shed()) record = this.#compose();
    try {
      // After a reset, there is nothing left to keep.
      if (this.#empty) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, record);
      this.#wrote = !this.#empty;
    } catch (cause) {
      // An older record must not be continued: it lacks the shopper's later withdrawals.
      try {
        sessionStorage.removeItem(this.#key);
      } catch {
        // Access is denied: there is no record.
      }
      const full = (cause as Error)?.name === 'QuotaExceededError';
      this.#giveUp(
        new SidestreamError(
          full ? 'store/full' : 'store/unavailable',
          full
            ? 'The sessionStorage of this tab is full, so the visit is not kept from page to page. Store less there, or continue without it.'
            : 'The browser does not let the page use sessionStorage, so the visit is not kept from page to page.',
          { cause },
        ),
      );
    }
  }

  get #empty(): boolean {
    const { events = [], items = [] } = this.#memory ?? {};
    return events.length + items.length + this.#noted.length === 0;
  }

  #compose(): string {
    const tracked = JSON.stringify(this.#noted.map(({ call }) => call));
    return `{"version":${VERSION},"page":"${this.#page}","tracked":${tracked},"memory":${this.#text}}`;
  }

  /** Drops the oldest half of the events, then the largest remaining parts. @returns false when nothing is left */
  #shed(): boolean {
    const memory = this.#memory;
    if (memory && memory.events.length > 0) {
      this.#setMemory({ ...memory, events: memory.events.slice(Math.ceil(memory.events.length / 2)) });
    } else if (memory && memory.items.length > 0) this.#setMemory({ ...memory, items: [] });
    else if (memory) this.#setMemory(null);
    else this.#noted.splice(0, Math.ceil(this.#noted.length / 2));
    return memory !== null || this.#noted.length > 0;
  }

  /** The record of this tab; null if there is no usable one. */
  #record(): { page: string; tracked: TrackedCall[]; memory: Memory | null } | null {
    if (this.#ended) return null;
    let text: string | null;
    try {
      text = sessionStorage.getItem(this.#key);
    } catch (cause) {
      const message =
        'The browser does not let the page use sessionStorage, so the visit is not kept from page to page.';
      this.#giveUp(new SidestreamError('store/unavailable', message, { cause }));
      return null;
    }
    if (text === null) return null;
    try {
      const record: unknown = JSON.parse(text);
      if (!isObject(record) || typeof record.version !== 'number') throw new TypeError('no record of a visit');
      if (record.version > VERSION) {
        const message = `Newer code keeps this visit (version ${record.version}). It is left alone, and the page continues in memory.`;
        this.#giveUp(new SidestreamError('store/newer-schema', message));
        return null;
      }
      const { page, tracked, memory } = record;
      if (typeof page !== 'string' || !Array.isArray(tracked) || !(memory === null || isMemory(memory))) {
        throw new TypeError('a field of the record is missing or wrong');
      }
      return { page, tracked: tracked.filter(isTracked), memory };
    } catch (cause) {
      this.#damaged(cause);
      return null;
    }
  }

  /** Starts an empty record if the present one is damaged or not ours. */
  #damaged(cause: unknown): void {
    const message = 'The data that an earlier page kept of this visit cannot be read. The page continues without it.';
    this.#host.fail(new SidestreamError('store/corrupt', message, { cause }));
    try {
      sessionStorage.removeItem(this.#key);
    } catch (thrown) {
      this.#giveUp(SidestreamError.from(thrown, 'store/unavailable'));
    }
  }

  #giveUp(error: SidestreamError): void {
    this.#stop();
    this.#host.fail(error);
  }

  #leave(): void {
    this.#away = true;
    this.#departures++;
  }

  /** After a return from the back/forward cache, other pages of this tab may have continued the visit or ended it. */
  #returned(): void {
    this.#away = false;
    let text: string | null = null;
    try {
      text = sessionStorage.getItem(this.#key);
    } catch {
      // Treated as missing, although a record existed when this page wrote it.
    }
    if (this.#wrote ? text?.includes(`"page":"${this.#page}"`) : text === null) {
      this.later();
      return;
    }
    if (text === null) {
      // The shopper has answered on that page: the device knows the consent in force.
      this.#stop();
      this.#host.visit = null;
      this.#host.given = { ...this.#host.given, consent: undefined };
    }
    this.#noted = [];
    this.#setMemory(null);
    this.#host.replaceWorker(() => this.#host.startWorker(null));
    this.#host
      .call((remote) => remote.status())
      .then(
        (status) => this.#host.emit('change', status),
        (thrown) => this.#host.fail(thrown),
      );
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Types and ranges of the fields used here; the rest is parsed where the events are used. */
const isTracked = (value: unknown): value is TrackedCall =>
  isObject(value) &&
  typeof value.type === 'string' &&
  typeof value.itemId === 'string' &&
  isObject(value.details) &&
  Number.isSafeInteger(value.time) &&
  Number(value.time) >= 0 &&
  Number(value.time) <= Date.now() + MAX_CLOCK_AHEAD_MS;

function isMemory(value: unknown): value is Memory {
  if (!isObject(value) || !Array.isArray(value.events) || !Array.isArray(value.items)) return false;
  const isItem = (item: unknown): boolean =>
    isObject(item) && typeof item.values === 'string' && typeof item.scales === 'string';
  return (value.profile === null || typeof value.profile === 'string') && value.items.every(isItem);
}

type KeptMemory = NonNullable<Kept['memory']>;

const encoded = ({ profile, events, items }: KeptMemory): Memory => ({
  profile: profile && toBase64(profile),
  events,
  items: items.map(({ values, scales, ...item }) => ({ ...item, values: toBase64(values), scales: toBase64(scales) })),
});

/** @throws DOMException, RangeError if a text is not Base64 of such numbers */
const decoded = ({ profile, events, items }: Memory): object => ({
  profile: profile === null ? null : fromBase64(profile),
  events,
  items: items.map(({ values, scales, ...item }) => ({
    ...item,
    values: new Int8Array(fromBase64(values).buffer),
    scales: new Float32Array(fromBase64(scales).buffer),
  })),
});

/** Bytes passed to `String.fromCharCode` at once: its arguments are on the stack. */
const PIECE = 8192;

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
