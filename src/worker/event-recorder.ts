import { Mutex } from '../common/mutex';
import { SidestreamError } from '../error';
import type { NewEvent } from '../events';
import {
  attribute,
  Counters,
  type Counts,
  EventAggregates,
  isConversion,
  LastClickIndex,
  type Metrics,
  orderOf,
  withRatios,
} from '../experiment';
import type { ProfileStorage } from './profile-storage';
import type { TaskQueue } from './task-queue';

/** Quiet time before the tally is saved, ms. What is not saved yet is still in the log. */
const SAVE_DELAY = 2000;

/**
 * Writes events to the log, with what is known of where a cart or purchase came from, and each line of an order once; and
 * adds up what the log says.
 */
export class EventRecorder {
  readonly #storage: ProfileStorage;
  readonly #tasks: TaskQueue;
  readonly #report: (error: SidestreamError) => void;
  /** Null until it is read, and again when it has to be read once more. */
  #known: KnownAggregates | null = null;
  /** Work on the tally. */
  readonly #mutex = new Mutex();
  /** Clicks and orders on their way to the log, so that what comes right after them knows them. */
  #clicks = new LastClickIndex();
  readonly #orders = new Set<string>();
  /** Conversions, which are looked up first, and what came after them: the log has all in the order they were tracked. */
  #writing: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** What this tab tracked since somebody last asked. */
  #taken = new Counters();
  /** Whether it was reported that the stored tally cannot be read. */
  #reported = false;

  /** @param report gets what went wrong and did not stop an event */
  constructor(storage: ProfileStorage, tasks: TaskQueue, report: (error: SidestreamError) => void) {
    this.#storage = storage;
    this.#tasks = tasks;
    this.#report = report;
  }

  /**
   * Resolves when the events are kept, or when everything was erased meanwhile. Purchases of a transaction that is known
   * already, in this tab or another, are passed over.
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  append(events: readonly NewEvent[]): Promise<void> {
    const { era } = this.#storage;
    for (const event of events) this.#clicks.note(event);
    const conversions = events.some(isConversion);
    // Nothing waits without need: the page may be left right after the call.
    if (!conversions && this.#underWay === 0) return this.#write(events, era);
    const convert = async (): Promise<void> => this.#write(await this.#conversions(events), era);
    const written = this.#writing.then(() => {
      if (!conversions) return this.#write(events, era);
      // Two tabs that show the same page of thanks must not both find that its order is new.
      return events.some((event) => orderOf(event) !== null) ? this.#storage.alone('orders', convert) : convert();
    });
    this.#underWay++;
    this.#writing = written.catch(() => undefined).then(() => void this.#underWay--);
    return written;
  }

  /** What the log of this device has counted up to. @param variant the device's own */
  async metrics(variant: string | undefined): Promise<Metrics> {
    const { counts } = await this.#caughtUp();
    return { variant: variant ?? null, rows: counts.map(withRatios) };
  }

  /** What this tab tracked since the last call. */
  take(): Counts[] {
    const { rows } = this.#taken;
    this.#taken = new Counters();
    return rows;
  }

  /** Goes on with what another worker of this page counted and nobody has asked for yet. */
  resume(counts: readonly Counts[]): void {
    this.#taken = new Counters(counts);
  }

  /** Counts from nothing, also what nobody has asked for yet. */
  forget(): void {
    this.#taken = new Counters();
    this.#tasks.cancel('tally');
    this.restart();
  }

  /** Another log is kept from now on, or its profile was replaced: what is known is read from it again. */
  restart(): void {
    this.#clicks = new LastClickIndex();
    this.#orders.clear();
    this.#known = null;
  }

  async #write(events: readonly NewEvent[], era: number): Promise<void> {
    if (events.length === 0) return;
    let kept = false;
    try {
      kept = await this.#storage.append(events, era);
    } finally {
      if (!kept) for (const event of events) this.#orders.delete(orderOf(event) ?? '');
    }
    if (!kept || era !== this.#storage.era) return;
    for (const event of events) this.#taken.add(event);
    this.#tasks.later('tally', SAVE_DELAY, () => this.#save());
  }

  /** Events with where they came from, without the purchases that are known. */
  async #conversions(events: readonly NewEvent[]): Promise<NewEvent[]> {
    let tally = new EventAggregates();
    try {
      tally = await this.#caughtUp();
    } catch (thrown) {
      // The event itself matters more than where it came from; if the store is gone, the log will say so.
      this.#report(SidestreamError.from(thrown));
    }
    return events.flatMap((event) => {
      const order = orderOf(event);
      if (order !== null) {
        if (tally.knows(event) || this.#orders.has(order)) return [];
        this.#orders.add(order);
      }
      // What this tab has just clicked is later than what the log had.
      const recent = attribute(event, this.#clicks.of(event.itemId, event.time));
      return [recent === event ? tally.attributed(event) : recent];
    });
  }

  #caughtUp(): Promise<EventAggregates> {
    return this.#mutex.run(async () => (await this.#current()).tally);
  }

  /** To be called while the mutex is held. */
  async #current(): Promise<KnownAggregates> {
    for (;;) {
      const { counting } = this.#storage;
      try {
        const known = this.#known ?? (await this.#read(counting));
        this.#known = known;
        for (const event of await this.#storage.eventsAfter(known.tally.lastEvent)) known.tally.observe(event);
        // Another log, or none of the old one, may have taken its place meanwhile.
        if (this.#known === known && known.counting === this.#storage.counting) return known;
      } catch (thrown) {
        if (counting === this.#storage.counting) throw thrown;
      }
      this.#known = null;
    }
  }

  async #read(counting: ProfileStorage['counting']): Promise<KnownAggregates> {
    const generation = await counting.generation();
    const stored = await counting.aggregates();
    const tally = stored === null ? new EventAggregates() : EventAggregates.read(stored);
    if (tally) return { tally, counting, generation, overDamaged: false };
    if (!this.#reported) {
      this.#report(
        new SidestreamError(
          'store/corrupt',
          'The counters on this device cannot be read; they count again from what the log still has.',
        ),
      );
      // Saved also when nothing is tracked, so that the next page reads it without an error.
      this.#tasks.later('tally', SAVE_DELAY, () => this.#save());
    }
    this.#reported = true;
    return { tally: new EventAggregates(), counting, generation, overDamaged: true };
  }

  async #save(): Promise<void> {
    await this.#mutex.run(async () => {
      const known = await this.#current();
      const { tally, counting, generation, overDamaged } = known;
      try {
        if (await counting.saveAggregates(tally.save(), generation, { overDamaged })) known.overDamaged = false;
        else this.restart();
      } catch (thrown) {
        // The store was taken away: there is nothing to save to any more.
        if (counting === this.#storage.counting) throw thrown;
      }
    });
  }
}

/** What a log adds up to, with the log's store and the generation of it. */
interface KnownAggregates {
  tally: EventAggregates;
  counting: ProfileStorage['counting'];
  generation: number;
  /** Whether it begins at zero because the stored one cannot be read. */
  overDamaged: boolean;
}
