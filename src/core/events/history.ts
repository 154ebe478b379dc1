import * as v from 'valibot';
import { EVENT_STRENGTH, type LoggedEvent, STRONGEST, storedCount, storedId } from './event';
import { recordSchema, ShopperState } from './shopper-state';

/** Maximum number of stored choices, and of stored dismissals; no term reads more. */
const MAX_STORED = 1000;

const ids = v.pipe(v.array(storedId), v.maxLength(MAX_STORED));

/** Stored form of a history, by item ids: the log need not go back further than the profile. */
export const historySchema = v.pipe(
  v.object({
    /** Items of the last choices, oldest first. */
    items: ids,
    /** Strength of each, same length. */
    strengths: v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(STRONGEST))),
    /** Number of the order of each, same length, ascending. */
    orders: v.array(storedCount),
    dismissed: ids,
    /** All choices ever. */
    total: storedCount,
    /** State for the rules. */
    record: recordSchema,
  }),
  v.check(({ items, strengths }) => items.length === strengths.length, 'every choice must have one strength'),
  v.check(({ items, orders }) => items.length === orders.length, 'every choice must have one order'),
  v.check(({ orders }) => orders.every((order, n) => n === 0 || order >= orders[n - 1]), 'orders must ascend'),
  v.check(({ items, total }) => items.length <= total, 'the total number of choices is below the number listed'),
);
export type StoredHistory = v.InferOutput<typeof historySchema>;

/** A shopper's choices as rows of the catalogue. */
export interface ChoiceHistory {
  /** Item rows, oldest first. */
  rows: number[];
  /** Strength of each event, above 0, same length. */
  strengths: number[];
  /**
   * Number of the order of each, ascending, same length. Choices of one time, such as the lines of a purchase, are one order.
   * Default: each choice is an order of its own.
   */
  orders?: readonly number[];
  /** Number of choices in the visit of the last event. Default: all. */
  visit?: number;
  /** Rows of dismissed items. */
  dismissed: ReadonlySet<number>;
}

/** Whether a choice belongs to the same order as the choice before it. @param orders as in `ChoiceHistory` @param n its place, from 0 */
export const isSameOrder = (orders: ChoiceHistory['orders'], n: number): boolean =>
  orders !== undefined && n > 0 && orders[n] === orders[n - 1];

/** The fields of an event that the history reads. */
type HistoryEvent = Pick<LoggedEvent, 'type'> & Partial<Pick<LoggedEvent, 'time' | 'placement' | 'transactionId'>>;

/**
 * The shopper's choices as a sequence. Events on the same item in a row (click, view, cart) are one choice with their
 * greatest strength: they reflect a single decision.
 */
export class History implements ChoiceHistory {
  readonly rows: number[] = [];
  readonly strengths: number[] = [];
  readonly orders: number[] = [];
  /** The last choice since the start of the page, and number of the last order. */
  #last: Partial<HistoryEvent> = {};
  #lastOrder = 0;
  readonly dismissed = new Set<number>();
  readonly record = new ShopperState();
  #total = 0;
  /** Choices of items without a current row, with the number of choices of known items before each. */
  #absent: { before: number; id: string; strength: number; order: number }[] = [];
  #absentDismissed: string[] = [];

  /** All choices, including those no longer stored. */
  get total(): number {
    return this.#total;
  }

  get visit(): number {
    return this.record.choicesThisVisit(undefined, this.#total);
  }

  /** @param idOf id of the item in a row */
  save(idOf: (row: number) => string): StoredHistory {
    const known = this.rows.map((row, n) => ({ id: idOf(row), strength: this.strengths[n], order: this.orders[n] }));
    const all: typeof known = [];
    let next = 0;
    for (const { before, ...choice } of this.#absent) {
      all.push(...known.slice(next, before), choice);
      next = before;
    }
    const choices = [...all, ...known.slice(next)].slice(-MAX_STORED);
    return {
      items: choices.map(({ id }) => id),
      strengths: choices.map(({ strength }) => strength),
      orders: choices.map(({ order }) => order),
      dismissed: [...this.#absentDismissed, ...[...this.dismissed].map(idOf)].slice(-MAX_STORED),
      total: this.#total,
      record: this.record.save(idOf),
    };
  }

  /**
   * Replaces this history with a stored one. Items without a row, such as items of shards that are not loaded, are not in
   * `rows`, but are stored again.
   * @param rowOf row of an item id
   */
  restore(stored: StoredHistory, rowOf: ReadonlyMap<string, number>): void {
    const { items, strengths, orders, dismissed, total, record } = stored;
    for (const list of [this.rows, this.strengths, this.orders]) list.length = 0;
    this.#lastOrder = orders.at(-1) ?? 0;
    this.dismissed.clear();
    this.#absent = [];
    for (const [n, id] of items.entries()) {
      const row = rowOf.get(id);
      if (!(strengths[n] > 0)) continue;
      if (row === undefined) {
        this.#absent.push({ before: this.rows.length, id, strength: strengths[n], order: orders[n] });
        continue;
      }
      this.rows.push(row);
      this.strengths.push(strengths[n]);
      this.orders.push(orders[n]);
    }
    for (const id of dismissed) {
      const row = rowOf.get(id);
      if (row !== undefined) this.dismissed.add(row);
    }
    this.#absentDismissed = dismissed.filter((id) => !rowOf.has(id));
    this.#total = total;
    this.record.restore(record, rowOf, total);
  }

  /** Call it after the catalogue grew: stored items may have a row now. */
  addUnseen(idOf: (row: number) => string, rowOf: ReadonlyMap<string, number>): void {
    const waiting = this.#absent.length > 0 || this.#absentDismissed.length > 0 || this.record.waiting;
    if (waiting) this.restore(this.save(idOf), rowOf);
  }

  /** Whether a choice is of the same order as the last one: it has its time or its transaction. */
  continuesOrder({ time, transactionId }: Pick<HistoryEvent, 'time' | 'transactionId'>): boolean {
    const { time: last, transactionId: lastId } = this.#last;
    return (time !== undefined && time === last) || (transactionId !== undefined && transactionId === lastId);
  }

  /** Whether the last choices are several lines of one order. Products picked or put into the cart together do not count. */
  get endsOrder(): boolean {
    const { rows, strengths, orders, record } = this;
    const together = orders.length > 1 && orders.at(-1) === orders.at(-2);
    return together && strengths.at(-1) !== EVENT_STRENGTH.cart && !record.picked.has(rows[rows.length - 1]);
  }

  /**
   * Adds an event.
   * @param row the item's row in the catalogue
   * @param choice row that represents the item among the choices. Default: its own
   * @returns true when this is a new choice (not a repeat of the last item, not an impression or a dismissal)
   */
  add(event: HistoryEvent, row: number, choice = row): boolean {
    const strength = EVENT_STRENGTH[event.type];
    this.note(event, row);
    if (strength === 0) return false;
    const last = this.rows.length - 1;
    if (this.rows[last] === choice) {
      this.strengths[last] = Math.max(this.strengths[last], strength);
      return false;
    }
    if (!this.continuesOrder(event)) this.#lastOrder++;
    this.#last = event;
    this.rows.push(choice);
    this.strengths.push(strength);
    this.orders.push(this.#lastOrder);
    this.#total++;
    return true;
  }

  /** Updates only the state that rules read: items shown, dismissed, in the cart, bought. The choices do not change. */
  note(event: HistoryEvent, row: number): void {
    const chosen = EVENT_STRENGTH[event.type] > 0;
    this.record.add(event, row, chosen, this.#total);
    if (event.type === 'dismiss') this.dismissed.add(row);
    if (event.type === 'undismiss' || chosen) this.dismissed.delete(row);
  }
}
