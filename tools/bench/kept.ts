import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

/** Where and with what something was measured. */
const Machine = v.strictObject({
  processor: v.string(),
  cores: v.pipe(v.number(), v.integer()),
  memoryGiB: v.number(),
  node: v.string(),
  sidestream: v.string(),
  /** Mean of the last minute, before the area was measured. */
  load: v.number(),
  date: v.string(),
});
export type Machine = v.InferOutput<typeof Machine>;

const Bar = v.strictObject({
  name: v.string(),
  ratio: v.number(),
  bar: v.number(),
  met: v.boolean(),
  side: v.picklist(['at least', 'at most']),
  measured: v.string(),
});

const MeasuredArea = v.strictObject({
  title: v.string(),
  bars: v.array(Bar),
  figures: v.optional(v.array(v.strictObject({ name: v.string(), measured: v.string() })), []),
  series: v.optional(
    v.record(
      v.string(),
      v.strictObject({ unit: v.string(), values: v.array(v.strictObject({ name: v.string(), value: v.number() })) }),
    ),
    {},
  ),
});

const KeptArea = v.strictObject({ ...MeasuredArea.entries, machine: Machine });
export type KeptArea = v.InferOutput<typeof KeptArea>;

const KeptBench = v.record(v.string(), KeptArea);
export type KeptBench = v.InferOutput<typeof KeptBench>;

/** @throws ValiError when the file holds something else */
export const parseKeptBench = (text: string): KeptBench => v.parse(KeptBench, JSON.parse(text));

/** What the process of an area wrote. @throws ValiError when a figure is no number */
export const parseMeasured = (text: string): Omit<KeptArea, 'machine'> => v.parse(MeasuredArea, JSON.parse(text));

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
