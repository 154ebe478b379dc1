import Papa from 'papaparse';
import * as v from 'valibot';
import { addToGroup, kept } from '../../../src/core/common/grouped';
import { firstNames } from '../../../src/core/common/text';
import { invalidInput, type SidestreamError } from '../../../src/error';
import type { Period } from './sequential';

/** Names of the compared variants. */
export interface ComparedVariants {
  control: string;
  treatment: string;
}

const SIDES = ['control', 'treatment'] as const;
const COLUMNS = ['day', 'variant', 'units', 'successes'] as const;
const count = v.pipe(v.string(), v.trim(), v.regex(/^\d{1,15}$/, 'must be a whole number'), v.transform(Number));
const rowSchema = v.object({
  day: v.pipe(v.string(), v.trim(), v.isoDate('must be a date such as 2026-01-31')),
  variant: v.pipe(v.string(), v.trim(), v.minLength(1, 'is empty')),
  units: count,
  successes: count,
});

/**
 * Reads the counts of a pilot: a CSV with the columns `day`, `variant`, `units` and `successes`, in any order of its rows. Rows
 * of other variants are left out with a note. Rows of one day are added up if a variant is in two experiments, as on the day of a
 * raise. A duplicate or invalid row refuses the whole file: a decision must not rest on part of the counts.
 * @returns the days in chronological order, and notes for the user about the counts, in sentences
 * @throws SidestreamError `runtime/invalid-input` naming line, field and reason, and if a variant has no units but may have another
 *   name
 */
export function readPilotCounts(text: string, compared: ComparedVariants) {
  if (text.trim() === '') throw refused('the file is empty; its first line must be day,variant,units,successes');
  const { data, meta } = Papa.parse<Record<string, unknown>>(text.trim(), { header: true });
  const absent = COLUMNS.filter((column) => !meta.fields?.includes(column));
  if (absent.length > 0) {
    throw refused(`the header lacks ${absent.join(' and ')}; it must have day, variant, units and successes`);
  }
  const days = new Map<string, Period>();
  const lineOf = new Map<string, number>();
  const others = new Map<string, number[]>();
  // Number of the previous line, as an editor counts.
  let line = linesIn(text.slice(0, text.indexOf(text.trim()))) + 1;
  for (const raw of data) {
    const start = ++line;
    line += linesIn(Object.values(raw).join(''));
    if (Object.values(raw).join('').trim() === '') continue;
    const parsed = v.safeParse(rowSchema, raw);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const why = issue.received === 'undefined' ? 'is missing' : issue.message;
      throw refused(`line ${start}, ${v.getDotPath(issue) ?? 'row'}: ${why}`);
    }
    const { day, variant, units, successes } = parsed.output;
    if (successes > units) throw refused(`line ${start}, successes: there are more successes than units`);
    const before = lineOf.get(`${day} ${variant}`);
    if (before !== undefined) {
      throw refused(
        `line ${start} has the day ${day} and the variant “${variant}” again, after line ${before}; write one line per day and variant`,
      );
    }
    lineOf.set(`${day} ${variant}`, start);
    const name = variant.split('/').at(-1);
    const side = name === compared.control ? 'control' : name === compared.treatment ? 'treatment' : null;
    if (side === null) {
      addToGroup(others, variant, start);
      continue;
    }
    const period = kept(days, day, () => ({
      control: { units: 0, successes: 0 },
      treatment: { units: 0, successes: 0 },
    }));
    period[side].units += units;
    period[side].successes += successes;
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  const missing = SIDES.filter((side) => sorted.every(([, period]) => period[side].units === 0));
  // Perhaps it has another name; if it is just absent, the split is wrong.
  if (missing.length === 2 || (missing.length === 1 && others.size > 0)) {
    const there = others.size > 0 ? `; there are ${firstNames([...others.keys()])}` : '';
    throw refused(
      `no row has units of the variant “${compared[missing[0]]}”${there}; name the variants with --control and --treatment`,
    );
  }
  const where = [...others].map(
    ([name, lines]) => `“${name}” (${lines.length > 1 ? 'lines' : 'line'} ${firstNames(lines)})`,
  );
  const left =
    where.length > 0 ? [`Left out because neither --control nor --treatment names it: ${firstNames(where)}.`] : [];
  const notes = [...left, ...oneSided(sorted, compared)];
  return { days: sorted.map(([day]) => day), periods: sorted.map(([, period]) => period), notes };
}

const linesIn = (text: string): number => text.split('\n').length - 1;

/** The days on which only one variant has units. */
function oneSided(days: readonly [string, Period][], compared: ComparedVariants): string[] {
  return SIDES.flatMap((side) => {
    const other = side === 'control' ? 'treatment' : 'control';
    const alone = days.filter(([, period]) => period[side].units > 0 && period[other].units === 0);
    if (alone.length === 0) return [];
    const named = firstNames(alone.map(([day]) => day));
    return [
      `Only “${compared[side]}” has units on ${named}: these days count for the split but are left out of the comparison.`,
    ];
  });
}

const refused = (why: string): SidestreamError => invalidInput(`The counts cannot be used: ${why}.`);
