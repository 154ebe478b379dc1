import * as v from 'valibot';
import { type LoggedEvent, storedCount, storedId, storedTime } from './event';

/** The shopper's state that rules read, by rows of the catalogue. */
export interface ShopperRecord {
  /** Bought. */
  owned: ReadonlySet<number>;
  /** Times of the last purchases of each item, ms since the epoch, ascending; purchases of one visit are one. */
  purchases: ReadonlyMap<number, readonly number[]>;
  /** In the cart now. */
  cart: ReadonlySet<number>;
  /** Picked in answer to "What do you like?", and not chosen in another list since. */
  picked: ReadonlySet<number>;
  /**
   * How often an item was shown without being chosen, decayed with time and choices, 0 or more.
   * @param now milliseconds since the epoch
   */
  timesShown(row: number, now: number): number;
}

/** The state of a new shopper. */
export const NO_RECORD: ShopperRecord = {
  owned: new Set(),
  purchases: new Map(),
  cart: new Set(),
  picked: new Set(),
  timesShown: () => 0,
};

/** Maximum number of stored entries of each kind; the oldest are dropped. */
const MAX_ENTRIES = 1000;
/** Maximum number of purchase times kept per item, the most recent ones. */
const MAX_PURCHASES = 10;
/** Maximum number of times that an item counts as shown. */
const MAX_TIMES = 100_000;

const times = v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_TIMES));
const atMost = <Schema extends v.GenericSchema>(entry: Schema) => v.pipe(v.array(entry), v.maxLength(MAX_ENTRIES));

/** Stored form of a record, by item ids. */
export const recordSchema = v.object({
  owned: atMost(storedId),
  /** Times of the last purchases of items. */
  purchases: atMost(
    v.object({ item: storedId, times: v.pipe(v.array(storedTime), v.minLength(1), v.maxLength(MAX_PURCHASES)) }),
  ),
  cart: atMost(storedId),
  picked: atMost(storedId),
  /** Items shown and not chosen since: times, decayed up to the last of them, which was at `choice` and `time`. */
  shown: atMost(v.object({ item: storedId, times, choice: storedCount, time: storedTime })),
  /** When the visit began, its last event, and all choices before it. */
  visit: v.object({ start: storedTime, last: storedTime, choices: storedCount }),
});
export type StoredRecord = v.InferOutput<typeof recordSchema>;
/** Placement of the clicks of `<sidestream-pick>`, which answer one question. */
export const PICK = 'pick';
/** Number of choices after which an impression counts half. */
const HALF_LIFE_CHOICES = 10;
/** Time after which an impression counts half, ms. */
const HALF_LIFE_MS = 24 * 3600 * 1000;
/** Pause that ends a visit, ms. */
export const VISIT_PAUSE = 30 * 60 * 1000;

const EMPTY_RECORD: Omit<StoredRecord, 'visit'> = { owned: [], purchases: [], cart: [], picked: [], shown: [] };

/** Impressions of one item since it was last chosen. */
interface Shown {
  times: number;
  choice: number;
  time: number;
}

/** The state of one shopper that rules read: items bought, in the cart, picked, shown without being chosen. */
export class ShopperState implements ShopperRecord {
  readonly owned = new Set<number>();
  readonly purchases = new Map<number, number[]>();
  readonly cart = new Set<number>();
  readonly picked = new Set<number>();
  readonly #shown = new Map<number, Shown>();
  #visit: StoredRecord['visit'] = { start: 0, last: 0, choices: 0 };
  #choices = 0;
  /** Stored entries of items that have no row at present. */
  #absent: Omit<StoredRecord, 'visit'> = EMPTY_RECORD;

  /** Whether stored entries refer to items without a current row. */
  get waiting(): boolean {
    return Object.values(this.#absent).some((entries) => entries.length > 0);
  }

  timesShown(row: number, now: number): number {
    const shown = this.#shown.get(row);
    return shown ? this.#decayed(shown, now) : 0;
  }

  /**
   * Rows shown in the visit at `now` and not chosen since; empty if the visit's last event is over half an hour ago, or so
   * far ahead that the clock must have been set back.
   */
  shownThisVisit(now: number): number[] {
    const { start, last } = this.#visit;
    if (Math.abs(now - last) > VISIT_PAUSE) return [];
    return [...this.#shown].filter(([, { time }]) => time >= start).map(([row]) => row);
  }

  /** Choices of the visit at `now`. @param now default: at the last event @param choices all choices */
  choicesThisVisit(now: number | undefined, choices: number): number {
    const { last, choices: before } = this.#visit;
    return now !== undefined && Math.abs(now - last) > VISIT_PAUSE ? 0 : choices - before;
  }

  /**
   * Adds an event. Events arrive in the order of the log. If an event is more than half an hour older than its predecessor,
   * the clock was set back; earlier impressions then count as half an hour older than that event.
   * @param chosen whether it chooses the item
   * @param choices all choices before this event
   */
  add(
    {
      type,
      time = this.#visit.last,
      placement,
    }: Pick<LoggedEvent, 'type'> & Partial<Pick<LoggedEvent, 'time' | 'placement'>>,
    row: number,
    chosen: boolean,
    choices: number,
  ): void {
    this.#choices = choices;
    this.#visitAt(time);
    if (type === 'cart') this.cart.add(row);
    if (type === 'uncart' || type === 'purchase') this.cart.delete(row);
    if (type === 'purchase') {
      this.owned.add(row);
      const others = (this.purchases.get(row) ?? []).filter((other) => Math.abs(time - other) > VISIT_PAUSE);
      this.purchases.set(row, [...others, time].sort((a, b) => a - b).slice(-MAX_PURCHASES));
    }
    if (type === 'impression') {
      const shown = this.#shown.get(row);
      const times = Math.min(MAX_TIMES, 1 + (shown ? this.#decayed(shown, time) : 0));
      // Re-inserting keeps the map in order of time.
      this.#shown.delete(row);
      this.#shown.set(row, { times, choice: choices, time });
    }
    if (!chosen) return;
    this.#shown.delete(row);
    if (placement === PICK) this.picked.add(row);
    else this.picked.delete(row);
  }

  /** @param idOf id of the item in a row */
  save(idOf: (row: number) => string): StoredRecord {
    const { owned, purchases, cart, picked, shown } = this.#absent;
    const last = <T>(absent: readonly T[], known: readonly T[]): T[] => [...absent, ...known].slice(-MAX_ENTRIES);
    const bought = [...this.purchases].map(([row, times]) => ({ item: idOf(row), times }));
    const shownRows = [...this.#shown].map(([row, entry]) => ({ item: idOf(row), ...entry }));
    return {
      owned: last(owned, [...this.owned].map(idOf)),
      purchases: last(purchases, bought),
      cart: last(cart, [...this.cart].map(idOf)),
      picked: last(picked, [...this.picked].map(idOf)),
      shown: last(shown, shownRows),
      visit: { ...this.#visit },
    };
  }

  /**
   * Replaces this state with a stored one. Entries of items without a row are stored again.
   * @param choices all choices
   */
  restore(stored: StoredRecord, rowOf: ReadonlyMap<string, number>, choices: number): void {
    for (const kept of [this.owned, this.purchases, this.cart, this.picked, this.#shown]) kept.clear();
    this.#choices = choices;
    this.#visit = stored.visit;
    /** @returns the entries that the catalogue has no row for */
    const put = <T>(entries: readonly T[], itemOf: (entry: T) => string, take: (row: number, entry: T) => void) =>
      entries.filter((entry) => {
        const row = rowOf.get(itemOf(entry));
        if (row !== undefined) take(row, entry);
        return row === undefined;
      });
    const same = (item: string): string => item;
    this.#absent = {
      owned: put(stored.owned, same, (row) => this.owned.add(row)),
      purchases: put(
        stored.purchases,
        ({ item }) => item,
        (row, { times }) => this.purchases.set(row, times),
      ),
      cart: put(stored.cart, same, (row) => this.cart.add(row)),
      picked: put(stored.picked, same, (row) => this.picked.add(row)),
      shown: put(
        stored.shown,
        ({ item }) => item,
        (row, { times, choice, time }) => this.#shown.set(row, { times, choice, time }),
      ),
    };
  }

  /** Continues the visit with an event at this time, or starts a new one. */
  #visitAt(time: number): void {
    const { start, last } = this.#visit;
    if (Math.abs(time - last) <= VISIT_PAUSE) {
      // Events of two tabs may arrive slightly out of order.
      this.#visit = { ...this.#visit, start: Math.min(start, time), last: Math.max(last, time) };
      return;
    }
    this.#visit = { start: time, last: time, choices: this.#choices };
    if (time > last) return;
    const latest = Math.max(0, time - VISIT_PAUSE);
    for (const shown of this.#shown.values()) shown.time = Math.min(shown.time, latest);
    const absent = this.#absent.shown.map((shown) => ({ ...shown, time: Math.min(shown.time, latest) }));
    this.#absent = { ...this.#absent, shown: absent };
  }

  #decayed({ times, choice, time }: Shown, now: number): number {
    const age = Math.max(0, now - time) / HALF_LIFE_MS + Math.max(0, this.#choices - choice) / HALF_LIFE_CHOICES;
    return times * 2 ** -age;
  }
}
