import * as v from 'valibot';
import { storedCount as count, eventSchema, type NewEvent } from '../../core/events';

/** Number of rows above which a new placement, which is an external name, is counted under no placement. */
const MAX_ROWS = 200;
/** Number of rows above which a new variant is counted under no variant. */
const MAX_TOTAL_ROWS = 2 * MAX_ROWS;
/** Number of currencies of a row above which a new one is counted as `XXX`. ISO 4217 has about 180. */
const MAX_CURRENCIES = 200;
/** Largest revenue: beyond it a double no longer represents every whole unit. */
const MAX_REVENUE = Number.MAX_SAFE_INTEGER;
const NO_CURRENCY = 'XXX';

const { variant, placement, currency } = eventSchema.entries;
const revenue = v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_REVENUE));

const rowSchema = v.object({
  /** `experiment/variant`; null for shoppers outside the experiment. */
  variant: v.nullable(variant.wrapped),
  /** Where the item was shown; null for events that did not come from a list. */
  placement: v.nullable(placement.wrapped),
  impressions: count,
  clicks: count,
  carts: count,
  /** Items bought, each counted once per order. */
  purchases: count,
  /**
   * Price times quantity of the purchases with a known price, by currency; `XXX` for an unknown currency. At most 2^53 - 1.
   */
  revenue: v.pipe(v.record(currency.wrapped, revenue), v.maxEntries(MAX_CURRENCIES + 1)),
});

/** Counts of events in one placement under one variant. */
export interface Counts extends v.InferOutput<typeof rowSchema> {}

/** Stored form. Beyond the bounds, one more row has neither variant nor placement, and one more currency is `XXX`. */
export const countsSchema = v.pipe(v.array(rowSchema), v.maxLength(MAX_TOTAL_ROWS + 1));

const FIELD = { impression: 'impressions', click: 'clicks', cart: 'carts', purchase: 'purchases' } as const;

/** Counts events per variant and placement. Holds no item, no time and no id. */
export class Counters {
  readonly #rows = new Map<string, Counts>();

  constructor(rows: readonly Counts[] = []) {
    for (const row of rows) this.#rows.set(keyOf(row.variant, row.placement), structuredClone(row));
  }

  get rows(): Counts[] {
    return [...this.#rows.values()].map((row) => structuredClone(row));
  }

  add({ type, variant, placement, price, quantity = 1, currency = NO_CURRENCY }: NewEvent): void {
    if (type === 'view' || type === 'dismiss' || type === 'undismiss' || type === 'uncart') return;
    const row = this.#row(variant ?? null, placement ?? null);
    row[FIELD[type]]++;
    if (type !== 'purchase' || price === undefined) return;
    const known = Object.hasOwn(row.revenue, currency) || Object.keys(row.revenue).length < MAX_CURRENCIES;
    const own = known ? currency : NO_CURRENCY;
    row.revenue[own] = Math.min(MAX_REVENUE, (row.revenue[own] ?? 0) + price * quantity);
  }

  #row(variant: string | null, placement: string | null): Counts {
    const known = this.#rows.get(keyOf(variant, placement));
    if (known) return known;
    if (placement !== null && this.#rows.size >= MAX_ROWS) return this.#row(variant, null);
    if (variant !== null && this.#rows.size >= MAX_TOTAL_ROWS) return this.#row(null, null);
    const row = { variant, placement, impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {} };
    this.#rows.set(keyOf(variant, placement), row);
    return row;
  }
}

const keyOf = (variant: string | null, placement: string | null): string => JSON.stringify([variant, placement]);
