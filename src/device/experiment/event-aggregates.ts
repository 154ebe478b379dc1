import * as v from 'valibot';
import { fromJson } from '../../core/common/bytes';
import { type LoggedEvent, MAX_CHARACTERS, type NewEvent, storedCount } from '../../core/events';
import { SidestreamError } from '../../error';
import { attribute, LastClickIndex, lastClicksSchema, orderOf } from './attribution';
import { Counters, type Counts, countsSchema } from './counters';

/** Counts of one placement under one variant, with their ratios. */
export interface MetricsRow extends Counts {
  /** Clicks per impression; null without impressions. */
  ctr: number | null;
  /** 95 % interval of `ctr` (Wilson); null without impressions. */
  ctrRange: [low: number, high: number] | null;
  /** Purchases per click; null without clicks. */
  conversion: number | null;
}

/** Counts of events on this device, by variant and placement. */
export interface Metrics {
  /** The current variant of this device: `experiment/variant`; null if it takes part in no experiment. */
  variant: string | null;
  rows: MetricsRow[];
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const withRatios = (counts: Counts): MetricsRow => ({
  ...counts,
  ctr: ratio(counts.clicks, counts.impressions),
  ctrRange: wilson(counts.clicks, counts.impressions),
  conversion: ratio(counts.purchases, counts.clicks),
});

/** Quantile of the normal distribution for a two-sided interval of 95 %. */
const Z = 1.96;

/**
 * Wilson's score interval of a share. Unlike the normal approximation, it is also accurate for small counts and near 0 and 1
 * (E. B. Wilson, "Probable inference", 1927).
 * @param part successes among `whole` trials; more than `whole` count as `whole`
 * @returns lower and upper bound of 95 % confidence, 0..1; null without trials
 */
export function wilson(part: number, whole: number): [low: number, high: number] | null {
  if (whole <= 0) return null;
  const share = Math.min(1, part / whole);
  const spread = Z * Math.sqrt((share * (1 - share)) / whole + (Z / (2 * whole)) ** 2);
  const center = share + Z ** 2 / (2 * whole);
  const scale = 1 + Z ** 2 / whole;
  return [Math.max(0, (center - spread) / scale), Math.min(1, (center + spread) / scale)];
}

const MAX_ORDERS = 1000;
/**
 * Maximum length of a key: a JSON array of transaction and item, whose characters may each be escaped to 6, and 7 of
 * syntax.
 */
const MAX_ORDER_LENGTH = 6 * (MAX_CHARACTERS.transactionId + MAX_CHARACTERS.itemId) + 7;

const AGGREGATES_SCHEMA = 1;
const fileSchema = v.object({
  schema: v.literal(AGGREGATES_SCHEMA),
  lastEvent: storedCount,
  bytes: v.instance(Uint8Array),
});
const contentSchema = v.object({
  touches: lastClicksSchema,
  orders: v.pipe(v.array(v.pipe(v.string(), v.maxLength(MAX_ORDER_LENGTH))), v.maxLength(MAX_ORDERS)),
  counts: countsSchema,
});

export const damagedAggregates = (): SidestreamError =>
  new SidestreamError(
    'store/corrupt',
    'The counters on this device cannot be read. They are recounted from the events still in the log.',
  );

/**
 * Aggregates of the log: counters, the last clicks on recommendations, known orders. Tabs that read the same log have the
 * same aggregates.
 */
export class EventAggregates {
  lastEvent = 0;
  #clicks = new LastClickIndex();
  readonly #orders = new Set<string>();
  #counters = new Counters();

  /**
   * @param stored null if nothing is stored: the aggregates are empty then
   * @returns null if this code cannot read them: damaged, or written by newer code
   */
  static read(stored: unknown): EventAggregates | null {
    if (stored === null) return new EventAggregates();
    const file = v.safeParse(fileSchema, stored);
    if (!file.success) return null;
    const content = v.safeParse(contentSchema, fromJson(file.output.bytes));
    if (!content.success) return null;
    const { touches, orders, counts } = content.output;
    const aggregates = new EventAggregates();
    aggregates.lastEvent = file.output.lastEvent;
    aggregates.#clicks = new LastClickIndex(touches);
    for (const order of orders) aggregates.#orders.add(order);
    aggregates.#counters = new Counters(counts);
    return aggregates;
  }

  get counts(): Counts[] {
    return this.#counters.rows;
  }

  /** The counts with their ratios. @param variant the device's own */
  metrics(variant: string | undefined): Metrics {
    return { variant: variant ?? null, rows: this.counts.map(withRatios) };
  }

  /** Stored form; the last event is stored beside the bytes, to tell the later of two files without decoding them. */
  save(): { schema: number; lastEvent: number; bytes: Uint8Array } {
    const orders = [...this.#orders].slice(-MAX_ORDERS);
    const content = { touches: this.#clicks.save(), orders, counts: this.counts };
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    return { schema: AGGREGATES_SCHEMA, lastEvent: this.lastEvent, bytes };
  }

  /**
   * Includes the next event of the log. A repeated order is counted once, and an event of another device is counted only
   * there.
   */
  observe(event: LoggedEvent): void {
    this.lastEvent = Math.max(this.lastEvent, event.id);
    const order = orderOf(event);
    if (order !== null) {
      if (this.#orders.has(order)) return;
      this.#orders.add(order);
    }
    if (event.imported) return;
    this.#clicks.note(event);
    this.#counters.add(event);
  }

  knows(event: NewEvent): boolean {
    const order = orderOf(event);
    return order !== null && this.#orders.has(order);
  }

  attributed(event: NewEvent): NewEvent {
    return attribute(event, this.#clicks.of(event.itemId, event.time));
  }
}
