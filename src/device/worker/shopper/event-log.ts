import { Mutex } from '../../../core/common/tasks';
import type { NewEvent } from '../../../core/events';
import {
  attribute,
  Counters,
  type Counts,
  type EventAggregates,
  isConversion,
  LastClickIndex,
  orderOf,
} from '../../experiment';
import type { Store } from '../../store';
import type { Device } from '../device/device';
import type { TaskQueue } from '../tasks';

/** Delay without events before the aggregates are saved, ms. Until then they can be recomputed from the log. */
const SAVE_DELAY = 2000;

/**
 * Writes events to the log: attributes carts and purchases to clicks, and records each line of an order once. Keeps the
 * aggregates of the log.
 */
export class EventLog {
  /** Null before it is read, and when it must be read again. */
  #known: KnownAggregates | null = null;
  readonly #mutex = new Mutex();
  /** Clicks and orders of this tab that may not be in the log yet, for the events right after them. */
  #clicks = new LastClickIndex();
  readonly #orders = new Set<string>();
  /** Writes of conversions, which are attributed first, and of events behind them: the log keeps the order of tracking. */
  readonly #ordered = new Mutex();
  /** Counts of this tab since `take` was last called. */
  #taken = new Counters();
  /** Whether it was reported that the stored aggregates cannot be read. */
  #reported = false;
  /** Time of the last call that tracked events. */
  #lastCall = 0;

  constructor(
    private readonly device: Device,
    private readonly tasks: Pick<TaskQueue, 'later' | 'cancel'>,
    private readonly report: (thrown: unknown) => void,
  ) {}

  /**
   * The time of the events of a call, ms since the epoch: choices of one time are one order, so no two calls have the same. If the clock
   * was set back, its time counts.
   */
  timeOf(called: number): number {
    const again = called <= this.#lastCall && this.#lastCall - called < 1000;
    this.#lastCall = again ? this.#lastCall + 1 : called;
    return this.#lastCall;
  }

  /**
   * Resolves when the events are in the log, or when everything was erased meanwhile. Purchases of a transaction already
   * known to this or another tab are skipped.
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  append(events: readonly NewEvent[]): Promise<void> {
    const { era } = this.device;
    for (const event of events) this.#clicks.note(event);
    const conversions = events.some(isConversion);
    // Written immediately if possible: the page may be left right after the call.
    if (!conversions && this.#ordered.idle) return this.#write(events, era);
    const convert = async (): Promise<void> => this.#write(await this.#conversions(events), era);
    return this.#ordered.run(() => {
      if (!conversions) return this.#write(events, era);
      // Two tabs that show the same order confirmation must not both record its order.
      return events.some((event) => orderOf(event) !== null) ? this.device.alone('orders', convert) : convert();
    });
  }

  aggregates(): Promise<EventAggregates> {
    return this.#mutex.run(async () => (await this.#current()).aggregates);
  }

  take(): Counts[] {
    const { rows } = this.#taken;
    this.#taken = new Counters();
    return rows;
  }

  /** Takes over counts of another worker of this page that were not taken yet. */
  resume(counts: readonly Counts[]): void {
    this.#taken = new Counters(counts);
  }

  /** Resets all counts to zero, including counts not taken yet. */
  forget(): void {
    this.#taken = new Counters();
    this.tasks.cancel('save-aggregates');
    this.restart();
  }

  /** Reads the aggregates from the store again: the log or its profile was replaced. */
  restart(): void {
    this.#clicks = new LastClickIndex();
    this.#orders.clear();
    this.#known = null;
  }

  async #write(events: readonly NewEvent[], era: number): Promise<void> {
    if (events.length === 0) return;
    let kept = false;
    try {
      kept = await this.device.append(events, era);
    } finally {
      if (!kept) for (const event of events) this.#orders.delete(orderOf(event) ?? '');
    }
    if (!kept || era !== this.device.era) return;
    for (const event of events) this.#taken.add(event);
    this.tasks.later('save-aggregates', SAVE_DELAY, () => this.#save());
  }

  /** Attributes events to clicks, and leaves out known purchases. */
  async #conversions(events: readonly NewEvent[]): Promise<NewEvent[]> {
    let aggregates: EventAggregates | null = null;
    try {
      aggregates = await this.aggregates();
    } catch (thrown) {
      // The event is recorded without attribution; if the store is gone, writing the log will fail.
      this.report(thrown);
    }
    return events.flatMap((event) => {
      const order = orderOf(event);
      if (order !== null) {
        if (aggregates?.knows(event) || this.#orders.has(order)) return [];
        this.#orders.add(order);
      }
      // Clicks that this tab has just tracked are later than the log's.
      const recent = attribute(event, this.#clicks.of(event.itemId, event.time));
      return [recent === event ? (aggregates?.attributed(event) ?? event) : recent];
    });
  }

  /** To be called while the mutex is held. */
  async #current(): Promise<KnownAggregates> {
    for (;;) {
      const { store } = this.device;
      try {
        const known = this.#known ?? (await this.#read(store));
        this.#known = known;
        for (const event of await this.device.eventsAfter(known.aggregates.lastEvent)) known.aggregates.observe(event);
        // Another log may have taken its place meanwhile.
        if (this.#known === known && known.store === this.device.store) return known;
      } catch (thrown) {
        if (store === this.device.store) throw thrown;
      }
      this.#known = null;
    }
  }

  async #read(store: Store): Promise<KnownAggregates> {
    // Read late, because no list needs the aggregates.
    const { damagedAggregates, EventAggregates } = await import('../../experiment/event-aggregates');
    const generation = await store.generation();
    const read = EventAggregates.read(await store.aggregates());
    if (!read && !this.#reported) {
      this.#reported = true;
      this.report(damagedAggregates());
      // Saved even without new events: the next page can then read them without an error.
      this.tasks.later('save-aggregates', SAVE_DELAY, () => this.#save());
    }
    return { aggregates: read ?? new EventAggregates(), store, generation, overDamaged: !read };
  }

  async #save(): Promise<void> {
    await this.#mutex.run(async () => {
      const known = await this.#current();
      const { aggregates, store, generation, overDamaged } = known;
      try {
        if (await store.saveAggregates(aggregates.save(), generation, overDamaged)) known.overDamaged = false;
        else this.restart();
      } catch (thrown) {
        // The store was replaced and no longer accepts data.
        if (store === this.device.store) throw thrown;
      }
    });
  }
}

interface KnownAggregates {
  aggregates: EventAggregates;
  store: Store;
  generation: number;
  /** Whether they start at zero because the stored ones cannot be read. */
  overDamaged: boolean;
}
