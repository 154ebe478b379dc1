import { SidestreamError } from '../error';
import {
  attributed,
  Counters,
  type Counts,
  isConversion,
  type Metrics,
  orderOf,
  Tally,
  Touches,
  withRatios,
} from '../experiment';
import type { NewEvent } from '../learner';
import type { Chores } from './chores';
import type { Keeper } from './keeper';

/** Quiet time before the tally is saved, ms. What is not saved yet is still in the log. */
const SAVE_DELAY = 2000;

/**
 * Writes events to the log, with what is known of where a cart or purchase came from, and each line of an order once; and
 * adds up what the log says.
 */
export class Ledger {
  readonly #keeper: Keeper;
  readonly #chores: Chores;
  readonly #report: (error: SidestreamError) => void;
  /** Null until it is read, and again when it has to be read anew. */
  #tally: Tally | null = null;
  #generation = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** Clicks and orders on their way to the log, so that what comes right after them knows them. */
  #touches = new Touches();
  readonly #orders = new Set<string>();
  /** Conversions, which are looked up first, and what came after them: the log has all in the order they were tracked. */
  #writing: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** What this tab tracked since somebody last asked. */
  #taken = new Counters();
  /** Set when it was told that the stored tally cannot be read. */
  #told = false;

  /** @param report hears of what went wrong and did not stop an event */
  constructor(keeper: Keeper, chores: Chores, report: (error: SidestreamError) => void) {
    this.#keeper = keeper;
    this.#chores = chores;
    this.#report = report;
  }

  /**
   * Resolves when the events are kept. Purchases of a transaction that is known already are passed over.
   * @throws SidestreamError `store/full`, `store/unavailable`
   */
  append(events: readonly NewEvent[]): Promise<void> {
    for (const event of events) this.#touches.note(event);
    const conversions = events.some(isConversion);
    // Nothing waits without need: the page may be left right after the call.
    if (!conversions && this.#underWay === 0) return this.#write(events);
    const written = this.#writing.then(async () => this.#write(conversions ? await this.#conversions(events) : events));
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

  /** Counts from nothing, also what nobody has asked for yet. */
  forget(): void {
    this.#taken = new Counters();
    this.restart();
  }

  /** Another log is kept from now on, or its profile was replaced: what is known is read from it again. */
  restart(): void {
    this.#touches = new Touches();
    this.#orders.clear();
    void this.#inTurn(async () => {
      this.#tally = null;
    });
  }

  async #write(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    try {
      await this.#keeper.append(events);
    } catch (thrown) {
      for (const event of events) this.#orders.delete(orderOf(event) ?? '');
      throw thrown;
    }
    for (const event of events) this.#taken.add(event);
    this.#chores.later('tally', SAVE_DELAY, () => this.#save());
  }

  /** Events with where they came from, without the purchases that are known. */
  async #conversions(events: readonly NewEvent[]): Promise<NewEvent[]> {
    let tally = new Tally();
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
      const recent = attributed(event, this.#touches.of(event.itemId, event.time));
      return [recent === event ? tally.attributed(event) : recent];
    });
  }

  #caughtUp(): Promise<Tally> {
    return this.#inTurn(async () => {
      const tally = this.#tally ?? (await this.#read());
      for (const event of await this.#keeper.eventsAfter(tally.lastEvent)) tally.observe(event);
      this.#tally = tally;
      return tally;
    });
  }

  async #read(): Promise<Tally> {
    const { counting } = this.#keeper;
    this.#generation = await counting.generation();
    const stored = await counting.tally();
    const tally = stored === null ? new Tally() : Tally.read(stored);
    if (tally) return tally;
    if (!this.#told)
      this.#report(
        new SidestreamError(
          'store/corrupt',
          'The counters on this device cannot be read; they count again from what the log still has.',
        ),
      );
    this.#told = true;
    return new Tally();
  }

  async #save(): Promise<void> {
    const tally = await this.#caughtUp();
    const saved = await this.#inTurn(() => this.#keeper.counting.saveTally(tally.save(), this.#generation));
    if (!saved) this.restart();
  }

  /** Runs work after all earlier work on the tally, whether that went well or not. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
