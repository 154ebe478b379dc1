import * as v from 'valibot';
import { fitting } from '../../../src/core/common/schema';
import { invalidInput, type SidestreamError } from '../../../src/error';
import {
  jsonNumber,
  methodResult,
  methodResultSchema,
  type Quality,
  qualityBy,
  qualityOf,
  qualitySchema,
} from './quality';

/** JSON of some form. */
const jsonOf = <S extends v.GenericSchema<unknown, unknown>>(schema: S) =>
  v.pipe(v.string(), v.parseJson(undefined, 'it is not JSON'), schema);

const figuresSchema = v.record(v.string(), jsonNumber);
/** Chosen settings of a method, by name; null: none. */
const settingsSchema = v.record(v.string(), v.nullable(v.number()));

/** Of a table, whether it holds the units or only their means. */
const tableEntries = {
  name: v.string(),
  unit: v.picklist(['shopper', 'window', 'pair']),
  /** Number of the first unit, if the units are windows. */
  firstWindow: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  /** Reference method of the changes. */
  reference: v.string(),
};

/**
 * One method of a table: a quality for every unit (shopper, window, pair), in the same order for all methods, and further
 * figures by name.
 */
const methodSchema = v.object({
  name: v.string(),
  units: v.array(qualitySchema),
  figures: v.optional(figuresSchema),
  settings: v.optional(settingsSchema),
});
export type MethodRun = v.InferOutput<typeof methodSchema>;

/** Methods compared on the same units. */
const tableSchema = v.object({
  ...tableEntries,
  /** Names of the units if seeds have different ones (pairs drawn at random); a name stands for the same unit in every seed. */
  unitNames: v.optional(v.array(v.string())),
  methods: v.array(methodSchema),
});
export type ResultTable = v.InferOutput<typeof tableSchema>;

/** Result of one protocol with one seed. The first table is the one that programs read. */
const runSchema = v.object({
  protocol: v.string(),
  seed: v.number(),
  /** Description of the evaluation, without the seed. */
  setting: v.string(),
  tables: v.array(tableSchema),
  /** Single numbers of the whole run, by name; `x se` is the standard error of `x`. */
  figures: figuresSchema,
});
export type ProtocolRun = v.InferOutput<typeof runSchema>;

/** A run as written by JSON.stringify. @throws SidestreamError `runtime/invalid-input` if the text is not such a run */
export const parseRun = (text: string): ProtocolRun =>
  fitting(jsonOf(runSchema), text, (fault) => invalidInput(`The run cannot be used: ${fault}. Evaluate again.`));

/** Result of one protocol over all its seeds. */
export type MergedRun = Omit<ProtocolRun, 'seed'> & { seeds: number[] };

/**
 * Merges several runs of the same protocol and setting into one: each unit's quality, the ln rank of each of its choices and each
 * figure is the mean over the seeds, so standard errors are taken over units, and over a unit's choices. If units have names,
 * only units with the same name are averaged. A figure's own standard error is also averaged, which overstates the standard error
 * of the mean. Settings come from the first seed.
 * @param runs one or more, of different seeds
 * @throws SidestreamError `runtime/invalid-input` if their settings, tables, methods or units differ
 */
export function mergeRuns(runs: readonly ProtocolRun[]): MergedRun {
  const [{ protocol, setting, tables }] = runs;
  if (runs.some((run) => run.setting !== setting)) throw different('they have different settings');
  return {
    protocol,
    setting,
    seeds: runs.map(({ seed }) => seed),
    tables: tables.map((table) => mergeTables(table, runs)),
    figures: meanFigures(runs.map(({ figures }) => figures)),
  };
}

function mergeTables({ methods, ...table }: ResultTable, runs: readonly ProtocolRun[]): ResultTable {
  const same = runs.map(({ tables }) => tables.find(({ name }) => name === table.name));
  const names = same.map((one) => one?.unitNames);
  const all = names.some((own) => own !== undefined) ? [...new Set(names.flatMap((own) => own ?? []))] : undefined;
  return {
    ...table,
    ...(all ? { unitNames: all } : {}),
    methods: methods.map((method) => {
      const own = same.map((run) => run?.methods.find(({ name }) => name === method.name));
      const found = own.map((one) => one ?? missing(`${method.name} of the table ${table.name}`));
      return all ? mergeMethods(found.map((one, n) => byName(one, names[n] ?? [], all))) : mergeMethods(found);
    }),
  };
}

/** The units of a method in another order; a missing one becomes a unit in which nothing was ranked. */
function byName(method: MethodRun, names: readonly string[], order: readonly string[]): MethodRun {
  if (names.length !== method.units.length) throw different(`some units of ${method.name} have no name`);
  const units = new Map(names.map((name, n) => [name, method.units[n]]));
  return { ...method, units: order.map((name) => units.get(name) ?? qualityOf([])) };
}

function mergeMethods(runs: readonly MethodRun[]): MethodRun {
  const [{ name, units, settings }] = runs;
  if (runs.some((run) => run.units.length !== units.length))
    throw different(`${name} does not always have the same units`);
  const figures = meanFigures(runs.map((run) => run.figures ?? {}));
  return {
    name,
    units: units.map((_, n) => meanOfSeeds(runs.map((run) => run.units[n]))),
    ...(Object.keys(figures).length > 0 ? { figures } : {}),
    ...(settings ? { settings } : {}),
  };
}

/** Seeds in which nothing was ranked count only if there is no other seed. */
function meanOfSeeds(all: readonly Quality[]): Quality {
  const ranked = all.filter(({ events }) => events > 0);
  const mean = (pick: (quality: Quality) => number): number => average((ranked.length > 0 ? ranked : all).map(pick));
  const ranks = geometricMeans(ranked.map((quality) => quality.ranks));
  return {
    events: mean(({ events }) => events),
    ...qualityBy(mean),
    ...(ranks ? { ranks } : {}),
  };
}

/** Mean rank of each choice; undefined if the seeds do not have the same choices. */
function geometricMeans(all: readonly (readonly number[] | undefined)[]): number[] | undefined {
  const [first] = all;
  const known = all.flatMap((ranks) => (ranks && ranks.length === first?.length ? [ranks] : []));
  if (!first || known.length < all.length) return undefined;
  return first.map((_, choice) => Math.exp(average(known.map((ranks) => Math.log(ranks[choice])))));
}

/** A figure that some seeds lack is averaged over the remaining ones. */
function meanFigures(all: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(all.flatMap((figures) => Object.keys(figures)))];
  return Object.fromEntries(
    names.map((name) => [name, average(all.filter((figures) => name in figures).map((figures) => figures[name]))]),
  );
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const different = (why: string): SidestreamError =>
  invalidInput(`The runs cannot be merged: ${why}. Evaluate each seed in the same way.`);

function missing(what: string): never {
  throw different(`a seed lacks ${what}`);
}

/** A method of a table, over all units. */
const methodSummarySchema = v.object({
  ...methodResultSchema.entries,
  figures: figuresSchema,
  settings: v.optional(settingsSchema),
  /** NDCG@10 of each unit, if the units are time windows. */
  windows: v.optional(v.array(jsonNumber)),
});
export type MethodSummary = v.InferOutput<typeof methodSummarySchema>;

/** A table with one row per method. */
const tableSummarySchema = v.object({
  ...tableEntries,
  /** Number of units in which something was ranked, and of choices ranked in them; unknown in results of earlier versions. */
  units: v.optional(v.number()),
  choices: v.optional(v.number()),
  methods: v.array(methodSummarySchema),
});
export type TableSummary = v.InferOutput<typeof tableSummarySchema>;

/** The findings of one protocol without the units, with their date and command. */
const resultSchema = v.object({
  protocol: v.string(),
  setting: v.string(),
  seeds: v.array(v.number()),
  tables: v.array(tableSummarySchema),
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
  fitting(jsonOf(keptSchema), text, (fault) => {
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
