import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import { type Counts, countsSchema } from '../counters';

/** The counts of a visitor that are summed. */
export const VISITOR_COUNTS = ['impressions', 'clicks', 'carts', 'purchases'] as const;
type VisitorCount = (typeof VISITOR_COUNTS)[number];

/** Activity of one visitor under one variant, on any page and in any list. */
export type VisitorTotals = Record<VisitorCount, number> & {
  /** As in `Counts`. */
  revenue: Record<string, number>;
};

/** Sums of a count x over visitors. */
export interface Moments {
  /** Visitors with x above 0. */
  visitors: number;
  /** Sum of x. */
  sum: number;
  /** Sum of x². */
  squares: number;
}

/** The activity of visitors under one variant, as sums over visitors. */
export interface VisitorSums extends Record<VisitorCount, Moments> {
  /** `experiment/variant`. */
  variant: string;
  /** Number of visitors. */
  visitors: number;
  /** Sums of products of two counts, from which the intervals of their ratio are computed. */
  products: {
    /** Sum of clicks times impressions. */
    clicksImpressions: number;
    /** Sum of purchases times clicks. */
    purchasesClicks: number;
  };
  /** By currency, `XXX` for an unknown one; only purchases with a known price. */
  revenue: Record<string, Moments>;
}

/**
 * The increase of a variant's sums by one visitor since the visitor's previous report: adding all reports gives the sums
 * over all visitors. `visitors` is 1 in a visitor's first report under the variant, and 0 in later ones. No number is
 * negative.
 */
export interface VisitorReport extends VisitorSums {
  /**
   * Random key of only this report: a report without confirmed delivery is sent again under the same key, and counts once.
   */
  key: string;
}

const moments = (x: number): Moments => ({ visitors: x > 0 ? 1 : 0, sum: x, squares: x * x });

/** Each count of a visitor, made by a function. */
const eachCount = (make: (count: VisitorCount) => Moments): Record<VisitorCount, Moments> => ({
  impressions: make('impressions'),
  clicks: make('clicks'),
  carts: make('carts'),
  purchases: make('purchases'),
});

export function sumsOf(variant: string, totals: VisitorTotals): VisitorSums {
  const { impressions, clicks, purchases } = totals;
  const revenue: Record<string, Moments> = {};
  for (const [currency, x] of Object.entries(totals.revenue)) revenue[currency] = moments(x);
  return {
    variant,
    visitors: 1,
    ...eachCount((count) => moments(totals[count])),
    products: { clicksImpressions: clicks * impressions, purchasesClicks: purchases * clicks },
    revenue,
  };
}

const NONE: Moments = { visitors: 0, sum: 0, squares: 0 };

/** @returns a + factor b, with the variant of a */
export function combined(a: VisitorSums, b: VisitorSums, factor: 1 | -1): VisitorSums {
  const revenue = { ...a.revenue };
  for (const [currency, more] of Object.entries(b.revenue)) {
    // A currency is a name from outside.
    const known = (Object.hasOwn(revenue, currency) && revenue[currency]) || NONE;
    revenue[currency] = both(known, more, factor);
  }
  return {
    variant: a.variant,
    visitors: a.visitors + factor * b.visitors,
    ...eachCount((count) => both(a[count], b[count], factor)),
    products: {
      clicksImpressions: a.products.clicksImpressions + factor * b.products.clicksImpressions,
      purchasesClicks: a.products.purchasesClicks + factor * b.products.purchasesClicks,
    },
    revenue,
  };
}

const both = (a: Moments, b: Moments, factor: 1 | -1): Moments => ({
  visitors: a.visitors + factor * b.visitors,
  sum: a.sum + factor * b.sum,
  squares: a.squares + factor * b.squares,
});

/** Maximum number of currencies in a line. */
const MAX_CURRENCIES = 201;
const NOT_NEGATIVE = 'must be a finite number of 0 or more';
const number = v.pipe(v.number(), v.finite(NOT_NEGATIVE), v.minValue(0, NOT_NEGATIVE));
/** Number of visitors: a line describes one device. */
const visitor = v.pipe(
  v.number(),
  v.check((count) => count === 0 || count === 1, 'must be 0 or 1, because a line describes one visitor'),
);
/** The square of a total grows at least by the square of the addend; this leaves room for rounding. */
const GROWTH = 1 - 1e-9;
const momentsSchema = v.pipe(
  exactObject({ visitors: visitor, sum: number, squares: number }),
  v.check(({ sum, squares }) => squares >= GROWTH * sum * sum, 'squares must be at least the square of sum'),
);

/** A visitor's report, as it returns in a line of a log. */
export const visitorReportSchema = exactObject({
  key: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/, 'must have 8 to 64 letters, digits, "_" or "-"')),
  variant: v.pipe(v.string(), v.regex(/^[\w.-]{1,32}\/[\w.-]{1,32}$/, 'must be experiment/variant')),
  visitors: visitor,
  impressions: momentsSchema,
  clicks: momentsSchema,
  carts: momentsSchema,
  purchases: momentsSchema,
  products: exactObject({ clicksImpressions: number, purchasesClicks: number }),
  revenue: v.pipe(
    v.record(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR')), momentsSchema),
    v.maxEntries(MAX_CURRENCIES),
  ),
});

/**
 * The data of one call of `onMetric`, as one line of a log. It contains no id of shopper or device, no product and no time
 * of day.
 */
export interface MetricLine {
  /** Day of the report in UTC: `2026-03-02`. */
  day: string;
  /** Counts of this page since its last report, by variant and placement. */
  counts: Counts[];
  /** By how much this visitor raised the sums of each variant since the visitor's last report. */
  visitors: VisitorReport[];
}

/** A line of a log, as returned by a shop's server. */
export const metricLineSchema = exactObject({
  day: v.pipe(v.string(), v.isoDate('must be a date such as 2026-01-31')),
  counts: countsSchema,
  visitors: v.pipe(v.array(visitorReportSchema), v.maxLength(100)),
}) satisfies v.GenericSchema<unknown, MetricLine>;
