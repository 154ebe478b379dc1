import * as v from 'valibot';
import type { RejectedRow } from '../../catalog';
import { combined, metricLineSchema, type VisitorSums } from '../../experiment/visitors';
import { jsonLines, rejectedRow } from '../json-lines';

/** A log of what `onMetric` brought, added up. */
export interface MetricLog {
  /** Lines that were used. */
  lines: number;
  /** One entry per line that was left out. */
  rejected: RejectedRow[];
  /** Sums over visitors of each day's reports, by variant; the days in the order of time. */
  days: { day: string; variants: Map<string, VisitorSums> }[];
}

/** Characters of the longest line accepted. */
const LONGEST = 200_000;

/**
 * Reads a log with one `MetricLine` a line. A line that is wrong is left out and named; the others count. A report that
 * was sent twice counts once.
 * @param chunks text cut anywhere
 */
export async function readMetricLog(chunks: AsyncIterable<string> | Iterable<string>): Promise<MetricLog> {
  const days = new Map<string, Map<string, VisitorSums>>();
  const rejected: RejectedRow[] = [];
  /** Keys of reports, each of which counts once. */
  const known = new Set<string>();
  let lines = 0;
  const reject = (line: number, reason: string): void => {
    rejected.push({ line, field: 'row', reason });
  };
  for await (const { line, data } of jsonLines(chunks, LONGEST, reject)) {
    const parsed = v.safeParse(metricLineSchema, data);
    if (!parsed.success) {
      rejected.push(rejectedRow(line, parsed.issues[0]));
      continue;
    }
    lines++;
    const { day, visitors } = parsed.output;
    const variants = days.get(day) ?? new Map<string, VisitorSums>();
    days.set(day, variants);
    for (const { key, ...sums } of visitors) {
      if (known.has(key)) continue;
      known.add(key);
      add(variants, sums);
    }
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  return { lines, rejected, days: sorted.map(([day, variants]) => ({ day, variants })) };
}

/** Sums over all days, by variant. */
export function totalsOf(days: MetricLog['days']): Map<string, VisitorSums> {
  const totals = new Map<string, VisitorSums>();
  for (const { variants } of days) for (const sums of variants.values()) add(totals, sums);
  return totals;
}

function add(totals: Map<string, VisitorSums>, sums: VisitorSums): void {
  const known = totals.get(sums.variant);
  totals.set(sums.variant, known ? combined(known, sums, 1) : sums);
}
