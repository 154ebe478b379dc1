import type { Kept, TrackedCall } from '../../device/protocol';
import { SidestreamError } from '../../error';

/** Version of the record. A record of a later version is not touched. */
const VERSION = 1;
/** Maximum size of a record, characters: a tab has room for about five million, which it shares with the shop. */
const MAX_CHARACTERS = 1_000_000;
/** How far ahead an earlier page's clock may have been, ms. */
const MAX_CLOCK_AHEAD_MS = 24 * 60 * 60 * 1000;

type KeptMemory = NonNullable<Kept['memory']>;

/** The worker's data in memory, in a form that JSON can hold. */
interface StoredMemory {
  /** Base64; null if only the events are kept. */
  profile: string | null;
  events: unknown[];
  /** Items that the device added; `values` and `scales` are Base64. */
  items: { item: unknown; encoders: unknown; values: string; scales: string }[];
}

/** A tracked event, and whether the worker has answered: any copy of its data requested after that contains the event. */
export interface Noted {
  call: TrackedCall;
  answered: boolean;
}

/** A record in the tab's sessionStorage: a copy of the worker's data, and the events tracked since. */
export class TabRecord {
  readonly #key: string;
  /** Identifies this page in the record: a page that returns from the back/forward cache can tell whether another page wrote. */
  readonly #page = crypto.getRandomValues(new Uint32Array(2)).join('-');
  #memory: StoredMemory | null = null;
  /** `#memory` as JSON, cached because every event writes the record again. */
  #text = 'null';
  #wrote = false;

  constructor(key: string) {
    this.#key = key;
  }

  /**
   * Reads the record of an earlier page, and continues with its copy. Null without a record.
   * @throws SidestreamError `store/unavailable`, `store/newer-schema`, `store/corrupt`
   */
  read(): { memory: object | null; tracked: TrackedCall[] } | null {
    let text: string | null;
    try {
      text = sessionStorage.getItem(this.#key);
    } catch (cause) {
      throw unavailable(cause);
    }
    if (text === null) return null;
    try {
      const { memory, tracked } = parsed(text);
      const found = { memory: memory && decoded(memory), tracked };
      this.#setMemory(memory);
      return found;
    } catch (cause) {
      if (cause instanceof SidestreamError) throw cause;
      const message = 'The data that an earlier page kept of this visit cannot be read. The page continues without it.';
      throw new SidestreamError('store/corrupt', message, { cause });
    }
  }

  /** Replaces the copy of the worker's data, before the next writing. */
  copy(memory: KeptMemory | null): void {
    this.#setMemory(memory && encoded(memory));
  }

  /**
   * Writes the copy and the events tracked since.
   * @param noted the oldest of them are dropped if all do not fit
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  write(noted: Noted[]): void {
    let text = this.#compose(noted);
    while (text.length > MAX_CHARACTERS && this.#shed(noted)) text = this.#compose(noted);
    const { events = [], items = [] } = this.#memory ?? {};
    // After a reset, there is nothing left to keep.
    const empty = events.length + items.length + noted.length === 0;
    try {
      if (empty) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, text);
      this.#wrote = !empty;
    } catch (cause) {
      // An older record must not be continued: it lacks the shopper's later withdrawals.
      this.remove();
      if ((cause as Error)?.name !== 'QuotaExceededError') throw unavailable(cause);
      const message =
        'The sessionStorage of this tab is full, so the visit is not kept from page to page. Store less there, or continue without it.';
      throw new SidestreamError('store/full', message, { cause });
    }
  }

  remove(): void {
    try {
      sessionStorage.removeItem(this.#key);
    } catch {
      // Access is denied: there is no record.
    }
  }

  /** What other pages have done to the record since this page wrote it. */
  changes(): 'unchanged' | 'changed' | 'removed' {
    let text: string | null = null;
    try {
      text = sessionStorage.getItem(this.#key);
    } catch {
      // Treated as missing, although a record existed when this page wrote it.
    }
    if (this.#wrote ? text?.includes(`"page":"${this.#page}"`) : text === null) return 'unchanged';
    return text === null ? 'removed' : 'changed';
  }

  #setMemory(memory: StoredMemory | null): void {
    this.#memory = memory;
    this.#text = JSON.stringify(memory);
  }

  #compose(noted: readonly Noted[]): string {
    const tracked = JSON.stringify(noted.map(({ call }) => call));
    return `{"version":${VERSION},"page":"${this.#page}","tracked":${tracked},"memory":${this.#text}}`;
  }

  /** Drops the oldest half of the events, then the largest remaining parts. @returns false when nothing is left */
  #shed(noted: Noted[]): boolean {
    const memory = this.#memory;
    if (memory && memory.events.length > 0) {
      this.#setMemory({ ...memory, events: memory.events.slice(Math.ceil(memory.events.length / 2)) });
    } else if (memory && memory.items.length > 0) this.#setMemory({ ...memory, items: [] });
    else if (memory) this.#setMemory(null);
    else noted.splice(0, Math.ceil(noted.length / 2));
    return memory !== null || noted.length > 0;
  }
}

const unavailable = (cause: unknown): SidestreamError =>
  new SidestreamError(
    'store/unavailable',
    'The browser does not let the page use sessionStorage, so the visit is not kept from page to page.',
    { cause },
  );

/** @throws SidestreamError `store/newer-schema`; SyntaxError, TypeError if it is not a record */
function parsed(text: string): { tracked: TrackedCall[]; memory: StoredMemory | null } {
  const record: unknown = JSON.parse(text);
  if (!isObject(record) || typeof record.version !== 'number') throw new TypeError('no record of a visit');
  if (record.version > VERSION) {
    const message = `Newer code keeps this visit (version ${record.version}). It is left alone, and the page continues in memory.`;
    throw new SidestreamError('store/newer-schema', message);
  }
  const { page, tracked, memory } = record;
  if (typeof page !== 'string' || !Array.isArray(tracked) || !(memory === null || isMemory(memory))) {
    throw new TypeError('a field of the record is missing or wrong');
  }
  return { tracked: tracked.filter(isTracked), memory };
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

function isMemory(value: unknown): value is StoredMemory {
  if (!isObject(value) || !Array.isArray(value.events) || !Array.isArray(value.items)) return false;
  const isItem = (item: unknown): boolean =>
    isObject(item) && typeof item.values === 'string' && typeof item.scales === 'string';
  return (value.profile === null || typeof value.profile === 'string') && value.items.every(isItem);
}

const encoded = ({ profile, events, items }: KeptMemory): StoredMemory => ({
  profile: profile && toBase64(profile),
  events,
  items: items.map(({ values, scales, ...item }) => ({ ...item, values: toBase64(values), scales: toBase64(scales) })),
});

/** @throws DOMException, RangeError if a text is not Base64 of such numbers */
const decoded = ({ profile, events, items }: StoredMemory): object => ({
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
