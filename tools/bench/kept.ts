import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

/** Machine and versions of a measurement. */
const machineSchema = v.strictObject({
  processor: v.string(),
  cores: v.pipe(v.number(), v.integer()),
  memoryGiB: v.number(),
  node: v.string(),
  sidestream: v.string(),
  /** Load average of the minute before the area was measured. */
  load: v.number(),
  date: v.string(),
});
export type Machine = v.InferOutput<typeof machineSchema>;

/** A figure that must not become worse than a bound. */
const barSchema = v.strictObject({
  name: v.string(),
  /** Ratio of two figures measured in the same run; for a time, a size or a count, its share of the maximum. */
  ratio: v.number(),
  /** Bound of the ratio. */
  bar: v.number(),
  met: v.boolean(),
  /** Side of the bound on which the ratio must be. */
  side: v.picklist(['at least', 'at most']),
  /** The figures behind the ratio, in words. */
  measured: v.string(),
});
export type Bar = v.InferOutput<typeof barSchema>;

/** A figure without a bar, such as the time of a peer or of a step. */
const figureSchema = v.strictObject({ name: v.string(), measured: v.string() });
export type Figure = v.InferOutput<typeof figureSchema>;

const valueSchema = v.strictObject({ name: v.string(), value: v.number() });

/** Results of the benchmarks of one area. */
const measuredSchema = v.strictObject({
  title: v.string(),
  bars: v.array(barSchema),
  figures: v.optional(v.array(figureSchema), []),
  /** Data of the manual's plots, by plot: names of the bars in a group, each with a value. */
  series: v.optional(v.record(v.string(), v.strictObject({ unit: v.string(), values: v.array(valueSchema) })), {}),
});
export type AreaResult = Omit<v.InferInput<typeof measuredSchema>, 'title'>;

const keptSchema = v.strictObject({ ...measuredSchema.entries, machine: machineSchema });
export type KeptArea = v.InferOutput<typeof keptSchema>;
export type KeptBench = Record<string, KeptArea>;

/** Prints a line of progress. */
export type Say = (line: string) => void;

/** Data outside the project that an area may measure, as given on the command line. */
export interface Given {
  /** Folders of bundles. */
  catalog?: string[];
  /** The log of the last of them. */
  events?: string;
  /** Folder of the pictures of the first of them. */
  images?: string;
  /** Numbers of products, separated by commas. */
  products?: string;
  /** Whether synthetic shops have a log. */
  log?: boolean;
}

/** Benchmarks of one subject, which run in a separate process. */
export interface Area {
  /** Title in a few words. */
  title: string;
  measure(say: Say, given: Given): Promise<AreaResult>;
}

export const atLeast = (name: string, bar: number, ratio: number, measured: string): Bar => {
  return { name, ratio, bar, met: ratio >= bar, side: 'at least', measured };
};

export const atMost = (name: string, bar: number, ratio: number, measured: string): Bar => {
  return { name, ratio, bar, met: ratio <= bar, side: 'at most', measured };
};

/**
 * A time, a size or a count with a limit: the ratio is its share of the limit.
 * @param unit written after the figure, such as `ms` or `kB`
 */
export const within = (name: string, limit: number, figure: number, unit: string, more = ''): Bar => {
  const round = figure.toLocaleString('en', { maximumFractionDigits: figure < 10 ? 2 : 0 });
  return atMost(name, 1, figure / limit, `${round} ${unit} of ${limit} ${unit}${more ? `; ${more}` : ''}`);
};

/** Measures parts of an area one after the other. */
export async function inParts(say: Say, ...parts: ((say: Say) => Promise<AreaResult>)[]): Promise<AreaResult> {
  const all: Required<AreaResult> = { bars: [], figures: [], series: {} };
  for (const part of parts) {
    const { bars, figures = [], series } = await part(say);
    all.bars.push(...bars);
    all.figures.push(...figures);
    Object.assign(all.series, series);
  }
  return all;
}

/** @throws ValiError if the file has another format */
export const parseKeptBench = (text: string): KeptBench => v.parse(v.record(v.string(), keptSchema), JSON.parse(text));

/** Reads the output of an area's process. @throws ValiError if a figure is not a number */
export const parseMeasured = (text: string): Omit<KeptArea, 'machine'> => v.parse(measuredSchema, JSON.parse(text));

export function machine(): Machine {
  const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'));
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    sidestream: version,
    load: Number(loadavg()[0].toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
  };
}

const BIOME = fileURLToPath(new URL('../../node_modules/@biomejs/biome/bin/biome', import.meta.url));

/** Formats pages and data written by a command if they are in the repository, where `npm test` checks the format. */
export function format(...files: string[]): void {
  spawnSync(process.execPath, [BIOME, 'format', '--write', ...files]);
}
