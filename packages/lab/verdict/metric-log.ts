import * as v from 'valibot';
import type { RejectedRow } from '../../../src/core/catalog';
import { jsonLines } from '../../../src/core/catalog/feed';
import { kept } from '../../../src/core/common/grouped';
import {
  combined,
  metricLineSchema,
  type OperatingFigures,
  VISITOR_COUNTS,
  type VisitorReport,
  type VisitorSums,
} from '../../../src/device/experiment';
import { rejectedRow } from '../../shop/logs';
import { type RevenueStep, revenueSteps } from './revenue-cap';

/** A log of `onMetric` reports, added up. */
export interface MetricLog {
  lines: number;
  /** One entry per omitted line. */
  rejected: RejectedRow[];
  /** The reports of each day, in chronological order. */
  days: MetricDay[];
  /** Operating figures of all lines, by variant. */
  operations: Map<string | null, OperatingFigures>;
}

export interface MetricDay {
  day: string;
  variants: Map<string, VisitorSums>;
  /** Revenue of each report, because revenue is capped at an amount that depends on all of them. */
  revenue: RevenueStep[];
}

/** Maximum length of a line. */
const MAX_LINE_LENGTH = 200_000;

/**
 * Reads a log with one `MetricLine` per line. An invalid line is left out and named; the rest count. The same applies to a
 * line with more than one visitor of a variant, which no page writes. A report that was sent twice counts once.
 * @param chunks text split at any position
 */
export async function readMetricLog(chunks: AsyncIterable<string> | Iterable<string>): Promise<MetricLog> {
  const days = new Map<string, Pick<MetricDay, 'variants' | 'revenue'>>();
  const rejected: RejectedRow[] = [];
  const operations: MetricLog['operations'] = new Map();
  /** Keys of reports; each counts once. */
  const known = new Set<string>();
  let lines = 0;
  for await (const row of jsonLines(chunks, MAX_LINE_LENGTH)) {
    if ('reason' in row) {
      rejected.push({ field: 'row', ...row });
      continue;
    }
    const { line, data } = row;
    const parsed = v.safeParse(metricLineSchema, data);
    if (!parsed.success) {
      rejected.push(rejectedRow(line, parsed.issues[0]));
      continue;
    }
    const { day, visitors, operations: figures } = parsed.output;
    const crowded = crowdedVariant(visitors);
    if (crowded !== null) {
      const reason = `a line describes one visitor, but “${crowded}” has several`;
      rejected.push({ line, field: 'visitors', reason });
      continue;
    }
    lines++;
    for (const one of figures) {
      const known = operations.get(one.variant);
      operations.set(one.variant, known ? combined(known, one) : one);
    }
    const own = kept(days, day, () => ({ variants: new Map<string, VisitorSums>(), revenue: [] }));
    for (const { key, ...sums } of visitors) {
      if (known.has(key)) continue;
      known.add(key);
      add(own.variants, sums);
      own.revenue.push(...revenueSteps(sums));
    }
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  return { lines, rejected, operations, days: sorted.map(([day, own]) => ({ day, ...own })) };
}

/**
 * A variant that a line names more than once for a new visitor or a first action. A line may hold several reports of one variant,
 * of which the earlier ones could not be sent; only one of them can be the first.
 */
function crowdedVariant(reports: readonly VisitorReport[]): string | null {
  const first = new Set<string>();
  for (const { variant, visitors, revenue, ...of } of reports) {
    const begun = [
      ...(visitors > 0 ? ['visitors'] : []),
      ...VISITOR_COUNTS.filter((name) => of[name].visitors > 0),
      ...Object.keys(revenue).filter((currency) => revenue[currency].visitors > 0),
    ];
    for (const what of begun) {
      const mark = `${variant} ${what}`;
      if (first.has(mark)) return variant;
      first.add(mark);
    }
  }
  return null;
}

/** Number of visitors of the most common name below which nothing counts as stray. */
const MIN_KNOWN = 30;

/**
 * Whether so few visitors may come from stray reports, which anybody can send: at most one, or one in a thousand of the visitors
 * of the most common variant or experiment.
 */
const isStray = (visitors: number, most: number): boolean => most >= MIN_KNOWN && visitors <= Math.max(1, most / 1000);

/** Names with so few visitors that they may come from stray reports. @param visitors by name */
export function strayNames(visitors: ReadonlyMap<string, number>): Set<string> {
  const most = Math.max(0, ...visitors.values());
  return new Set([...visitors].filter(([, count]) => isStray(count, most)).map(([name]) => name));
}

/** Time without reports after which the next days count as a separate group, ms. */
const MAX_GAP = 14 * 86_400_000;

/** A day's reports on an experiment, by variant without the experiment's name. */
function ofExperiment({ day, variants, revenue }: MetricDay, experiment: string): MetricDay {
  const own = <T extends { variant: string }>(all: Iterable<T>): T[] =>
    [...all].flatMap((one) => {
      const [name, variant] = one.variant.split('/');
      return name === experiment ? [{ ...one, variant }] : [];
    });
  const sums = own(variants.values()).map((one): [string, VisitorSums] => [one.variant, one]);
  return { day, variants: new Map(sums), revenue: own(revenue) };
}

/**
 * The days on which an experiment has reports, with its variants only. Left out are groups of days that lie apart from all others and have so few visitors
 * that they may come from stray reports, such as those of a device whose clock is years off.
 */
export function daysOf(
  days: readonly MetricDay[],
  experiment: string,
): { days: MetricDay[]; stray: { name: string; visitors: number }[] } {
  const visitorsOn = (...on: MetricDay[]): number =>
    on.flatMap(({ variants }) => [...variants.values()]).reduce((sum, { visitors }) => sum + visitors, 0);
  const own = days.map((day) => ofExperiment(day, experiment)).filter(({ variants }) => variants.size > 0);
  const groups: MetricDay[][] = [];
  for (const [at, day] of own.entries()) {
    const isApart = at === 0 || Date.parse(day.day) - Date.parse(own[at - 1].day) > MAX_GAP;
    if (isApart) groups.push([day]);
    else groups[groups.length - 1].push(day);
  }
  const visitors = groups.map((group) => visitorsOn(...group));
  const most = visitors.reduce((a, b) => Math.max(a, b), 0);
  const stray = new Set(groups.filter((_, at) => isStray(visitors[at], most)).flat());
  return {
    days: own.filter((day) => !stray.has(day)),
    stray: [...stray].map((day) => ({ name: day.day, visitors: visitorsOn(day) })),
  };
}

export function totalsOf(days: readonly Pick<MetricDay, 'variants'>[]): Map<string, VisitorSums> {
  const totals = new Map<string, VisitorSums>();
  for (const { variants } of days) for (const sums of variants.values()) add(totals, sums);
  return totals;
}

function add(totals: Map<string, VisitorSums>, sums: VisitorSums): void {
  const known = totals.get(sums.variant);
  totals.set(sums.variant, known ? combined(known, sums, 1) : sums);
}
