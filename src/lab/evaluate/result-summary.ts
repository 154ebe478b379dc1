import * as v from 'valibot';
import { SidestreamError } from '../../error';
import { parseJson } from './part-text';
import { type MethodResult, methodResult } from './quality';
import type { MergedRun } from './result';
import { figuresSchema, jsonNumber, type ResultTable, settingsSchema, unitSchema, windowSchema } from './result';

/** A method of a table, over all units. */
export type MethodSummary = MethodResult & {
  figures: Record<string, number>;
  /** Its chosen settings, by name; null: none. */
  settings?: Record<string, number | null>;
  /** NDCG@10 of each unit, if the units are time windows. */
  windows?: number[];
};

/** A table with one row per method. */
export type TableSummary = Omit<ResultTable, 'methods' | 'unitNames'> & {
  /** Number of units in which something was ranked, and of choices ranked in them; unknown in results of earlier versions. */
  units?: number;
  choices?: number;
  methods: MethodSummary[];
};

/** The findings of one protocol, without the units. */
export type ProtocolSummary = Omit<MergedRun, 'tables'> & { tables: TableSummary[] };

/** The findings, with their date and command. */
export type KeptResult = ProtocolSummary & {
  /** Such as 2026-01-31. */
  date: string;
  command: string;
};

/** Newest result of each protocol, by name. */
export type KeptResults = Record<string, KeptResult>;

/**
 * The run without its units. A table in which nothing was ranked is left out, unless it is the first.
 * @throws SidestreamError `runtime/invalid-input` if a table lacks its reference
 */
export function summary({ tables, ...run }: MergedRun): ProtocolSummary {
  const shown = tables.filter(
    ({ methods }, n) => n === 0 || methods.some(({ units }) => units.some(({ events }) => events > 0)),
  );
  return { ...run, tables: shown.map(tableSummary) };
}

function tableSummary({ methods, unitNames: _, ...table }: ResultTable): TableSummary {
  const { name, unit, reference } = table;
  const against = methods.find((method) => method.name === reference)?.units;
  if (!against) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `The table ${name} lacks the method ${reference} with which it compares; evaluate that method too.`,
    );
  }
  const ranked = against.filter(({ events }) => events > 0);
  return {
    ...table,
    units: ranked.length,
    choices: ranked.reduce((sum, { events }) => sum + events, 0),
    methods: methods.map((method) => ({
      ...methodResult(method.name, method.units, against),
      figures: method.figures ?? {},
      ...(method.settings ? { settings: method.settings } : {}),
      ...(unit === 'window' ? { windows: method.units.map(({ ndcg10 }) => ndcg10) } : {}),
    })),
  };
}

const rows = v.object({
  name: v.string(),
  hr10: jsonNumber,
  ndcg10: jsonNumber,
  mrr: jsonNumber,
  lnRank: jsonNumber,
  lnRankChange: jsonNumber,
  ndcg10Change: jsonNumber,
  ndcg10Se: jsonNumber,
  se: jsonNumber,
  worse: jsonNumber,
  worseBeyondError: v.optional(jsonNumber),
  figures: figuresSchema,
  settings: v.optional(settingsSchema),
  windows: v.optional(v.array(jsonNumber)),
});
const keptSchema = v.record(
  v.string(),
  v.object({
    protocol: v.string(),
    setting: v.string(),
    seeds: v.array(v.number()),
    tables: v.array(
      v.object({
        name: v.string(),
        unit: unitSchema,
        firstWindow: windowSchema,
        reference: v.string(),
        units: v.optional(v.number()),
        choices: v.optional(v.number()),
        methods: v.array(rows),
      }),
    ),
    figures: figuresSchema,
    date: v.string(),
    command: v.string(),
  }),
);

/**
 * Results as written by `keptText`.
 * @throws SidestreamError `runtime/invalid-input` if the text is not such a file
 */
export const parseKept = (text: string): KeptResults =>
  parseJson(keptSchema, text, (fault) => {
    const why = `The results cannot be used: ${fault}. Remove the file and evaluate again.`;
    return new SidestreamError('runtime/invalid-input', why);
  });

/** The results file: numbers with 4 decimals, and lists of numbers on one line. */
export function keptText(results: KeptResults): string {
  // Parse first: the order of names must not depend on how often a result was read and written.
  const ordered = parseKept(JSON.stringify(results));
  const rounded = JSON.stringify(ordered, (_, value) => (typeof value === 'number' ? round4(value) : value), 2);
  return `${rounded.replace(/\[[\s\d.,null-]+\]/g, (list) => list.replace(/\s+/g, ' ').replace(/\[ | \]/g, (end) => end.trim()))}\n`;
}

/** Rounds to 4 decimals. */
export const round4 = (value: number): number => Number(value.toFixed(4));
