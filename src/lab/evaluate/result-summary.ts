import * as v from 'valibot';
import { invalidInput } from '../../error';
import { parseJson } from './part-text';
import { jsonNumber, methodResult, methodResultSchema } from './quality';
import type { MergedRun } from './result';
import { figuresSchema, type ResultTable, settingsSchema, tableEntries } from './result';

/** A method of a table, over all units. */
const methodSchema = v.object({
  ...methodResultSchema.entries,
  figures: figuresSchema,
  settings: v.optional(settingsSchema),
  /** NDCG@10 of each unit, if the units are time windows. */
  windows: v.optional(v.array(jsonNumber)),
});
export type MethodSummary = v.InferOutput<typeof methodSchema>;

/** A table with one row per method. */
const tableSchema = v.object({
  ...tableEntries,
  /** Number of units in which something was ranked, and of choices ranked in them; unknown in results of earlier versions. */
  units: v.optional(v.number()),
  choices: v.optional(v.number()),
  methods: v.array(methodSchema),
});
export type TableSummary = v.InferOutput<typeof tableSchema>;

/** The findings of one protocol without the units, with their date and command. */
const resultSchema = v.object({
  protocol: v.string(),
  setting: v.string(),
  seeds: v.array(v.number()),
  tables: v.array(tableSchema),
  figures: figuresSchema,
  /** Such as 2026-01-31. */
  date: v.string(),
  command: v.string(),
});
export type KeptResult = v.InferOutput<typeof resultSchema>;
export type ProtocolSummary = Omit<KeptResult, 'date' | 'command'>;
/** Newest result of each protocol, by name. */
const keptSchema = v.record(v.string(), resultSchema);
export type KeptResults = v.InferOutput<typeof keptSchema>;

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
    throw invalidInput(
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

/** Results as written by `keptText`. @throws SidestreamError `runtime/invalid-input` if the text is not such a file */
export const parseKept = (text: string): KeptResults =>
  parseJson(keptSchema, text, (fault) => {
    const why = `The results cannot be used: ${fault}. Remove the file and evaluate again.`;
    return invalidInput(why);
  });

/** The results file: numbers with 4 decimals, and lists of numbers on one line. */
export function keptText(results: KeptResults): string {
  // Parse first: the order of names must not depend on how often a result was read and written.
  const ordered = parseKept(JSON.stringify(results));
  const rounded = JSON.stringify(ordered, (_, value) => (typeof value === 'number' ? round4(value) : value), 2);
  return `${rounded.replace(/\[[\s\d.,null-]+\]/g, (list) => list.replace(/\s+/g, ' ').replace(/\[ | \]/g, (end) => end.trim()))}\n`;
}

export const round4 = (value: number): number => Number(value.toFixed(4));
