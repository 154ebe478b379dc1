import * as v from 'valibot';
import type { NewEvent } from '../learner';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const label = v.nullable(v.string());

/** What happened in one placement under one variant. */
export interface Counts {
  /** `experiment/variant`; null for shoppers who take part in none. */
  variant: string | null;
  /** Where the item was shown; null for what did not come from a list. */
  placement: string | null;
  impressions: number;
  clicks: number;
  carts: number;
  /** Items bought, each counted once per order. */
  purchases: number;
  /** Price times quantity of the purchases whose price is known, by currency; `XXX` where the currency is not. */
  revenue: Record<string, number>;
}

export const countsSchema = v.array(
  v.object({
    variant: label,
    placement: label,
    impressions: count,
    clicks: count,
    carts: count,
    purchases: count,
    revenue: v.record(v.string(), v.pipe(v.number(), v.finite())),
  }),
);

/** Rows at most; placements are names from outside. What comes later counts as of no placement. */
const MOST_ROWS = 200;
/** ISO 4217 for: no currency. */
const NO_CURRENCY = 'XXX';

const FIELD = { impression: 'impressions', click: 'clicks', cart: 'carts', purchase: 'purchases' } as const;

/** Counts what shoppers do, per variant and placement. Holds no item, no time, no id. */
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
    if (type === 'purchase' && price !== undefined) {
      row.revenue[currency] = (row.revenue[currency] ?? 0) + price * quantity;
    }
  }

  #row(variant: string | null, placement: string | null): Counts {
    const known = this.#rows.get(keyOf(variant, placement));
    if (known) return known;
    if (placement !== null && this.#rows.size >= MOST_ROWS) return this.#row(variant, null);
    const row = { variant, placement, impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {} };
    this.#rows.set(keyOf(variant, placement), row);
    return row;
  }
}

const keyOf = (variant: string | null, placement: string | null): string => JSON.stringify([variant, placement]);
