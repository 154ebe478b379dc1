import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

/** Where and with what something was measured. */
const machineSchema = v.strictObject({
  processor: v.string(),
  cores: v.pipe(v.number(), v.integer()),
  memoryGiB: v.number(),
  node: v.string(),
  sidestream: v.string(),
  /** Mean of the last minute, before the area was measured. */
  load: v.number(),
  date: v.string(),
});
export type Machine = v.InferOutput<typeof machineSchema>;

/** A figure that must not become worse than a bound. */
const barSchema = v.strictObject({
  name: v.string(),
  /** Of two figures measured in the same run; of a time, a size or a count, its share of the most allowed. */
  ratio: v.number(),
  /** Bound of the ratio. */
  bar: v.number(),
  met: v.boolean(),
  /** The side of the bound on which the ratio must be. */
  side: v.picklist(['at least', 'at most']),
  /** The figures behind the ratio, in words. */
  measured: v.string(),
});
export type Bar = v.InferOutput<typeof barSchema>;

/** A figure beside the bars: what peers need, and how the time is spent. */
const figureSchema = v.strictObject({ name: v.string(), measured: v.string() });
export type Figure = v.InferOutput<typeof figureSchema>;

const valueSchema = v.strictObject({ name: v.string(), value: v.number() });

/** What the benchmarks of one area found. */
const measuredSchema = v.strictObject({
  title: v.string(),
  bars: v.array(barSchema),
  figures: v.optional(v.array(figureSchema), []),
  /** What the plots of the manual are drawn of, by plot; names of bars that belong together, with a value each. */
  series: v.optional(v.record(v.string(), v.strictObject({ unit: v.string(), values: v.array(valueSchema) })), {}),
});
export type AreaResult = Omit<v.InferInput<typeof measuredSchema>, 'title'>;

const keptSchema = v.strictObject({ ...measuredSchema.entries, machine: machineSchema });
export type KeptArea = v.InferOutput<typeof keptSchema>;
export type KeptBench = Record<string, KeptArea>;

/** Prints a line of progress. */
export type Say = (line: string) => void;

/** Benchmarks of one subject; a process of its own runs each. */
export interface Area {
  /** In a few words, for people. */
  title: string;
  measure(say: Say): Promise<AreaResult>;
}

/** A ratio that must not be smaller than the bar. */
export const atLeast = (name: string, bar: number, ratio: number, measured: string): Bar => {
  return { name, ratio, bar, met: ratio >= bar, side: 'at least', measured };
};

/** A ratio that must not be larger than the bar. */
export const atMost = (name: string, bar: number, ratio: number, measured: string): Bar => {
  return { name, ratio, bar, met: ratio <= bar, side: 'at most', measured };
};

/**
 * A time, a size or a count with a limit: the ratio is its share of the limit.
 * @param unit as it is written after the figure, such as `ms` or `kB`
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

/** @throws ValiError when the file holds something else */
export const parseKeptBench = (text: string): KeptBench => v.parse(v.record(v.string(), keptSchema), JSON.parse(text));

/** What the process of an area wrote. @throws ValiError when a figure is no number */
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

/** Formats pages and data that a command wrote, as `npm test` asks of every file of the repository. Elsewhere it does not matter. */
export function format(...files: string[]): void {
  spawnSync(process.execPath, [BIOME, 'format', '--write', ...files]);
}
