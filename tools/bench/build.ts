import { loadavg } from 'node:os';
import { DEFAULT_PRESETS } from '../../src/core/encoders';
import type { ChunkRunner } from '../../src/shop/bundler/chunk';
import { MODELS_FOLDER } from '../../src/shop/bundler/encoder-files';
import { localRunner } from '../../src/shop/bundler/process-pool';
import { table } from '../../src/shop/cli/terminal';
import { shopContent } from './encoding/texts';

/*
 * Encoding speed of `sidestream build`: texts and pictures per second with one process and with two. `npm run bench:build -- 512`
 * measures 512 of each (default 256).
 */
const count = Number(process.argv[2] ?? 256);
const WORKERS = [1, 2];
const CHUNK = 16;

/** Items per second, after every process has finished a chunk. */
async function rate(runner: ChunkRunner, modality: 'text' | 'image', all: (string | Uint8Array)[]): Promise<number> {
  const chunks = Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, n) => all.slice(n * CHUNK, (n + 1) * CHUNK));
  const warm = Array.from({ length: 2 }, () => runner.run({ modality, inputs: all.slice(0, CHUNK) }, null));
  await Promise.all(warm);
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let chunk = chunks[next++]; chunk; chunk = chunks[next++]) await runner.run({ modality, inputs: chunk }, null);
  };
  await Promise.all(Array.from({ length: runner.slots }, lane));
  return all.length / ((performance.now() - started) / 1000);
}

const { from, ...some } = await shopContent(200);
const repeated = <T>(all: T[]): T[] => Array.from({ length: count }, (_, n) => all[n % all.length]);
console.log(`${count} texts and pictures (${from}); load of the machine before: ${loadavg()[0].toFixed(1)}`);
const rows: string[][] = [];
for (const workers of WORKERS) {
  const runner = localRunner({ presets: DEFAULT_PRESETS, models: MODELS_FOLDER }, workers);
  const before = process.cpuUsage();
  const text = await rate(runner, 'text', repeated(some.text));
  const between = process.cpuUsage(before);
  const image = await rate(runner, 'image', repeated(some.image));
  const after = process.cpuUsage(before);
  await runner.close();
  // Processor time is known only for this process; it gives the rate of an idle machine.
  const cpu = (usage: NodeJS.CpuUsage, items: number) =>
    workers === 1 ? (items / ((usage.user + usage.system) / 1e6)).toFixed(1) : '–';
  const pictureTime = { user: after.user - between.user, system: after.system - between.system };
  const warmed = count + 2 * CHUNK;
  rows.push([String(workers), text.toFixed(1), cpu(between, warmed), image.toFixed(1), cpu(pictureTime, warmed)]);
}
console.log(table(['processes', 'texts/s', 'texts per CPU s', 'pictures/s', 'pictures per CPU s'], rows));
