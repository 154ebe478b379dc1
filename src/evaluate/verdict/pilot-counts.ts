import Papa from 'papaparse';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { measuresOf, SHARES } from './effects';
import { type MetricLog, totalsOf } from './metric-log';
import type { Arm, Period } from './sequential-test';

/** Variants that are compared, by their names, with or without the experiment's before a slash. */
export interface ComparedVariants {
  control: string;
  treatment: string;
  /** Experiment that is meant where a log has several. */
  experiment?: string;
}

/** The days of a pilot, in the order of time. */
export interface PilotCounts {
  days: string[];
  periods: Period[];
}

const COLUMNS = ['day', 'variant', 'units', 'successes'] as const;
const count = v.pipe(v.string(), v.trim(), v.regex(/^\d{1,15}$/, 'must be a whole number'), v.transform(Number));
const rowSchema = v.object({
  day: v.pipe(v.string(), v.trim(), v.isoDate('must be a date such as 2026-01-31')),
  variant: v.pipe(v.string(), v.trim(), v.minLength(1, 'is empty')),
  units: count,
  successes: count,
});

/**
 * Reads the counts of a pilot: a CSV with the columns `day`, `variant`, `units` and `successes`, in any order of its rows. Rows of
 * one day and variant are added up; those of other variants are left out. A row that is wrong is refused with the whole
 * file: a decision must not rest on a part of the counts.
 * @throws SidestreamError `runtime/invalid-input` naming row, field and reason
 */
export function readPilotCounts(text: string, compared: ComparedVariants): PilotCounts {
  const { data, meta } = Papa.parse<Record<string, unknown>>(text.trim(), { header: true, skipEmptyLines: 'greedy' });
  const missing = COLUMNS.filter((column) => !meta.fields?.includes(column));
  if (missing.length > 0) {
    throw refused(`the header lacks ${missing.join(' and ')}; it must have day, variant, units and successes`);
  }
  const days = new Map<string, Period>();
  for (const [at, raw] of data.entries()) {
    const parsed = v.safeParse(rowSchema, raw);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const why = issue.received === 'undefined' ? 'is missing' : issue.message;
      throw refused(`row ${at + 1}, ${v.getDotPath(issue) ?? 'row'}: ${why}`);
    }
    const { day, variant, units, successes } = parsed.output;
    if (successes > units) throw refused(`row ${at + 1}, successes: there are more than units`);
    const name = variant.split('/').at(-1);
    const side = name === compared.control ? 'control' : name === compared.treatment ? 'treatment' : null;
    if (side === null) continue;
    const period = days.get(day) ?? { control: { units: 0, successes: 0 }, treatment: { units: 0, successes: 0 } };
    period[side].units += units;
    period[side].successes += successes;
    days.set(day, period);
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  return counted(sorted, compared);
}

/**
 * The days of a pilot in a log of reports, for `sequentialTestOfTotals`: each has all visitors until then, and those of them who did
 * what is counted.
 * @param share one of `SHARES`
 * @throws SidestreamError `runtime/invalid-input` where the log has no visitor of a variant, or variants of several experiments
 */
export function pilotTotals({ days }: MetricLog, compared: ComparedVariants, share: string): PilotCounts {
  const measure = measuresOf([]).find(({ name }) => name === share && SHARES.includes(name));
  if (!measure) throw refused(`there is no share “${share}”; there are ${SHARES.join(', ')}`);
  const totals = days.map(({ day }, at): [string, Period] => {
    const soFar = totalsOf(days.slice(0, at + 1));
    const armOf = (side: keyof ComparedVariants): Arm => {
      const name = compared[side];
      const whole = compared.experiment === undefined ? name : `${compared.experiment}/${name}`;
      const found = [...soFar].filter(([label]) => label === whole || label.endsWith(`/${whole}`));
      if (found.length > 1) {
        const labels = found.map(([label]) => label).join(' and ');
        throw refused(`there are ${labels}; name one with --experiment`);
      }
      if (found.length === 0) return { units: 0, successes: 0 };
      const { visitors, active } = measure.sums(found[0][1]);
      return { units: visitors, successes: active };
    };
    return [day, { control: armOf('control'), treatment: armOf('treatment') }];
  });
  return counted(totals, compared);
}

/** @param days in the order of time */
function counted(days: readonly [string, Period][], compared: ComparedVariants): PilotCounts {
  for (const side of ['control', 'treatment'] as const) {
    if (days.some(([, period]) => period[side].units > 0)) continue;
    throw refused(
      `no row has units of the variant “${compared[side]}”; name the variants with --control and --treatment`,
    );
  }
  return { days: days.map(([day]) => day), periods: days.map(([, period]) => period) };
}

const refused = (why: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `The counts cannot be used: ${why}.`);
