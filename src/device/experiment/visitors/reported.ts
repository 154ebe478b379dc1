import * as v from 'valibot';
import type { Counts } from '../counters';
import {
  combined,
  sumsOf,
  VISITOR_COUNTS,
  type VisitorReport,
  type VisitorTotals,
  visitorReportSchema,
} from './visitor-sums';

/** Maximum number of variants whose reported totals are kept; the variant that began first is dropped. */
const MAX_VARIANTS = 20;

/** Maximum number of reports kept until their delivery is confirmed; beyond it, the oldest is dropped. */
const MAX_UNSENT = 50;

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const totalsSchema = v.object({
  impressions: count,
  clicks: count,
  carts: count,
  purchases: count,
  revenue: v.record(v.string(), count),
});
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

/** The stored state of this device. */
export interface DeviceCounts {
  /** Counts from the log. */
  rows: readonly Counts[];
  /** Id of the last event included. */
  lastEvent: number;
  /** Current variant of this device. */
  variant: string;
}

/** The reports of this device, and the state to store. */
export interface NextReport {
  /** The state to store instead of the previous one. */
  stored: string;
  /** All reports without confirmed delivery. */
  reports: VisitorReport[];
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
): NextReport {
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

/** Counts of one variant in all placements. */
function totalsOf(rows: readonly Counts[]): VisitorTotals {
  const totals: VisitorTotals = { impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: {} };
  for (const row of rows) {
    for (const name of VISITOR_COUNTS) totals[name] += row[name];
    for (const [currency, amount] of Object.entries(row.revenue)) {
      totals.revenue[currency] = (totals.revenue[currency] ?? 0) + amount;
    }
  }
  return totals;
}

/** Totals, plus the growth of the log since the last report. */
function grown(reported: VisitorTotals, before: VisitorTotals, now: VisitorTotals): VisitorTotals {
  const more = (was = 0, is = 0): number => Math.max(0, is - was);
  const totals: VisitorTotals = { ...reported, revenue: { ...reported.revenue } };
  for (const name of VISITOR_COUNTS) totals[name] += more(before[name], now[name]);
  for (const [currency, amount] of Object.entries(now.revenue)) {
    totals.revenue[currency] = (totals.revenue[currency] ?? 0) + more(before.revenue[currency], amount);
  }
  return totals;
}
