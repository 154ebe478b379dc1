import * as v from 'valibot';
import { exactObject } from '../../core/common/schema';
import { combined, combinedBy } from '../../core/common/sums';
import { type Counts, countsSchema } from './counters';
import { operatingFiguresSchema } from './operating-figures';

export const VISITOR_COUNTS = ['impressions', 'clicks', 'carts', 'purchases'] as const;

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
  exactObject({
    /** Visitors with x above 0. */
    visitors: visitor,
    /** Sum of x. */
    sum: number,
    /** Sum of x². */
    squares: number,
  }),
  v.check(({ sum, squares }) => squares >= GROWTH * sum * sum, 'squares must be at least the square of sum'),
);

/** Sums of a count x over visitors. */
export interface Moments extends v.InferOutput<typeof momentsSchema> {}

/** A visitor's report, as it returns in a line of a log. */
const visitorReportSchema = exactObject({
  /**
   * Random key of only this report: a report without confirmed delivery is sent again under the same key, and counts once.
   */
  key: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/, 'must have 8 to 64 letters, digits, "_" or "-"')),
  /** `experiment/variant`. */
  variant: v.pipe(v.string(), v.regex(/^[\w.-]{1,32}\/[\w.-]{1,32}$/, 'must be experiment/variant')),
  /** Number of visitors. */
  visitors: visitor,
  ...v.entriesFromList(VISITOR_COUNTS, momentsSchema),
  /** Sums of products of two counts, from which the intervals of their ratio are computed. */
  products: exactObject({
    /** Sum of clicks times impressions. */
    clicksImpressions: number,
    /** Sum of purchases times clicks. */
    purchasesClicks: number,
  }),
  /** By currency, `XXX` for an unknown one; only purchases with a known price. */
  revenue: v.pipe(
    v.record(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR')), momentsSchema),
    v.maxEntries(MAX_CURRENCIES),
  ),
});

/**
 * The increase of a variant's sums by one visitor since the visitor's previous report: adding all reports gives the sums
 * over all visitors. `visitors` is 1 in a visitor's first report under the variant, and 0 in later ones. No number is
 * negative.
 */
export interface VisitorReport extends v.InferOutput<typeof visitorReportSchema> {}

/** The activity of visitors under one variant, as sums over visitors. */
export interface VisitorSums extends Omit<VisitorReport, 'key'> {}

export const metricLineSchema = exactObject({
  /** Day of the report in UTC: `2026-03-02`. */
  day: v.pipe(v.string(), v.isoDate('must be a date such as 2026-01-31')),
  /** Counts of this page since its last report, by variant and placement. */
  counts: countsSchema,
  /** By how much this visitor raised the sums of each variant since the visitor's last report. */
  visitors: v.pipe(v.array(visitorReportSchema), v.maxLength(100)),
  /** How the recommender ran on this page since its last report. */
  operations: v.pipe(v.array(operatingFiguresSchema), v.maxLength(100)),
});

/**
 * The data of one call of `onMetric`, as one line of a log. It contains no id of shopper or device, no product and no time
 * of day.
 */
export interface MetricLine extends v.InferOutput<typeof metricLineSchema> {}

const momentsOf = <Name extends string>(counts: Record<Name, number>): Record<Name, Moments> => {
  const entries = Object.entries<number>(counts);
  const moments = entries.map(([name, x]) => [name, { visitors: x > 0 ? 1 : 0, sum: x, squares: x * x }]);
  return Object.fromEntries(moments);
};

export function sumsOf(variant: string, totals: VisitorTotals): VisitorSums {
  const { impressions, clicks, carts, purchases, revenue } = totals;
  return {
    variant,
    visitors: 1,
    ...momentsOf({ impressions, clicks, carts, purchases }),
    products: { clicksImpressions: clicks * impressions, purchasesClicks: purchases * clicks },
    revenue: momentsOf(revenue),
  };
}

/** Maximum number of variants whose reported totals are kept; the variant that began first is dropped. */
const MAX_VARIANTS = 20;

/** Maximum number of reports kept until their delivery is confirmed; beyond it, the oldest is dropped. */
const MAX_UNSENT = 50;

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const totalsSchema = v.object({
  ...v.entriesFromList(VISITOR_COUNTS, count),
  /** As in `Counts`. */
  revenue: v.record(v.string(), count),
});
/** Activity of one visitor under one variant, on any page and in any list. */
export type VisitorTotals = v.InferOutput<typeof totalsSchema>;
const reportedSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    /** Id of the last event included. */
    lastEvent: count,
    variants: v.pipe(
      v.array(
        v.object({
          variant: v.string(),
          /** Totals of the log at the last report. */
          seen: totalsSchema,
          /** Totals of all reports. */
          reported: totalsSchema,
        }),
      ),
      v.maxLength(MAX_VARIANTS),
    ),
    /** Reports that may not have been sent. */
    unsent: v.pipe(v.array(visitorReportSchema), v.maxLength(MAX_UNSENT)),
  }),
);
type Reported = v.InferOutput<typeof reportedSchema>;

interface DeviceCounts {
  rows: readonly Counts[];
  lastEvent: number;
  variant: string;
}

/**
 * The activity of this device since its last report, under its current variant and previously reported ones: purchases may
 * still be attributed to a click under one of those. A report is returned until its delivery is confirmed.
 *
 * Each event is in no more than one report. If the counts of the log are lower than before, it was cleared, or counted again
 * after damage; its current content is not reported, because it may have been reported already.
 * @param stored state after the last report of any tab; null before the first
 * @param sent keys of delivered reports
 * @param newKey makes the key of a report
 */
export function nextReport(
  stored: string | null,
  { rows, lastEvent, variant }: DeviceCounts,
  sent: readonly string[],
  newKey: () => string,
): { stored: string; reports: VisitorReport[] } {
  const parsed = v.safeParse(reportedSchema, stored);
  const known: Reported = parsed.success ? parsed.output : { lastEvent: 0, variants: [], unsent: [] };
  const unsent = known.unsent.filter(({ key }) => !sent.includes(key));
  // Another tab, which has read more of the log, was first; or the log was cleared.
  if (lastEvent < known.lastEvent) return { stored: JSON.stringify({ ...known, unsent }), reports: unsent };
  const names = new Set([...known.variants.map((one) => one.variant), variant]);
  const variants = [...names].map((name): Reported['variants'][number] => {
    const before = known.variants.find((one) => one.variant === name);
    const seen = totalsOf(rows.filter((row) => row.variant === name));
    const reported = before ? grown(before.reported, before.seen, seen) : seen;
    const now = sumsOf(name, reported);
    const change = before ? combined(now, sumsOf(name, before.reported), -1) : now;
    const moments = [...VISITOR_COUNTS.map((one) => change[one]), ...Object.values(change.revenue)];
    if (!before || moments.some(({ sum }) => sum > 0)) unsent.push({ ...change, key: newKey() });
    return { variant: name, seen, reported };
  });
  const reports = unsent.slice(-MAX_UNSENT);
  const next: Reported = { lastEvent, variants: variants.slice(-MAX_VARIANTS), unsent: reports };
  return { stored: JSON.stringify(next), reports };
}

const ZERO: VisitorTotals = { impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {} };

const totalsOf = (rows: readonly Counts[]): VisitorTotals =>
  rows.reduce((sum, { variant: _, placement: __, ...row }) => combined(sum, row), ZERO);

/** Totals, plus the growth of the log since the last report. */
const grown = (reported: VisitorTotals, before: VisitorTotals, now: VisitorTotals): VisitorTotals =>
  combined(
    reported,
    combinedBy(now, before, (is, was) => Math.max(0, is - was)),
  );
