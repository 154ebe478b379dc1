import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { itemText } from '../../src/core/catalog';
import { DEFAULT_PRESETS } from '../../src/core/encoders';
import type { ChunkRunner } from '../../src/shop/bundler/chunk';
import { MODELS_FOLDER } from '../../src/shop/bundler/encoder-files';
import { FeatureCache } from '../../src/shop/bundler/feature-cache';
import { localRunner } from '../../src/shop/bundler/process-pool';
import { collectFeed } from '../../src/shop/bundler/read-feed';
import { table } from '../../src/shop/cli/terminal';

/*
 * How fast `sidestream build` encodes: texts and pictures per second with one process and with two, and how fast what was
 * encoded is found again. `npm run bench:build -- 512` measures that many of each (default 256). Texts and pictures of
 * the catalogue ../shared/data/shop-magento where it is, else generated texts and the pictures of the demo.
 */
const count = Number(process.argv[2] ?? 256);
const WORKERS = [1, 2];
const CHUNK = 16;
const root = fileURLToPath(new URL('../../', import.meta.url));
const shop = join(root, '../shared/data/shop-magento');

const repeated = <T>(some: T[]): T[] => Array.from({ length: count }, (_, n) => some[n % some.length]);

async function inputs(): Promise<{ from: string; texts: string[]; pictures: Uint8Array[] }> {
  const read = (folder: string, names: string[]) =>
    Promise.all(names.map(async (name) => new Uint8Array(await readFile(join(folder, name)))));
  if (existsSync(shop)) {
    const { items } = await collectFeed([join(shop, 'catalog.jsonl')]);
    const names = items.flatMap((item) => item.image ?? []);
    return {
      from: 'shop-magento',
      texts: items.map((item) => itemText(item)),
      pictures: await read(join(shop, 'images'), names),
    };
  }
  const emoji = join(root, 'node_modules/@lobehub/fluent-emoji-3d/assets');
  const words = 'red blue cotton shirt with long sleeves steel hammer wooden chair hiking jacket running shoe'.split(
    ' ',
  );
  const texts = Array.from({ length: 200 }, (_, n) =>
    Array.from({ length: 30 }, (_, w) => words[(n * 7 + w * (1 + (n % 5))) % words.length]).join(' '),
  );
  return {
    from: 'generated texts, drawn pictures',
    texts,
    pictures: await read(emoji, (await readdir(emoji)).slice(0, 200)),
  };
}

/** Items per second, after every process has had a chunk. */
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

const { from, texts, pictures } = await inputs();
console.log(`${count} texts and pictures (${from}); load of the machine before: ${loadavg()[0].toFixed(1)}`);
const rows: string[][] = [];
for (const workers of WORKERS) {
  const runner = localRunner({ presets: DEFAULT_PRESETS, models: MODELS_FOLDER }, workers);
  const before = process.cpuUsage();
  const text = await rate(runner, 'text', repeated(texts));
  const between = process.cpuUsage(before);
  const image = await rate(runner, 'image', repeated(pictures));
  const after = process.cpuUsage(before);
  await runner.close();
  // Processor time is known of this process alone; it gives the rate of an idle machine.
  const cpu = (usage: NodeJS.CpuUsage, items: number) =>
    workers === 1 ? (items / ((usage.user + usage.system) / 1e6)).toFixed(1) : '–';
  const pictureTime = { user: after.user - between.user, system: after.system - between.system };
  const warmed = count + 2 * CHUNK;
  rows.push([String(workers), text.toFixed(1), cpu(between, warmed), image.toFixed(1), cpu(pictureTime, warmed)]);
}
console.log(table(['processes', 'texts/s', 'texts per CPU s', 'pictures/s', 'pictures per CPU s'], rows));

const folder = await mkdtemp(join(tmpdir(), 'sidestream-bench-'));
try {
  const ENTRIES = 100_000;
  const path = join(folder, 'rows.cache');
  const keys = Array.from({ length: ENTRIES }, (_, n) => Buffer.alloc(32).fill(`${n} `));
  const payload = new Uint8Array(396);
  const timed = (work: () => void): string => {
    const started = performance.now();
    work();
    return `${((performance.now() - started) / 1000).toFixed(2)} s`;
  };
  const cache = FeatureCache.open(path, payload.length);
  const added = timed(() => keys.forEach((key) => void cache.add(key, payload)));
  cache.close();
  let again: FeatureCache | undefined;
  const opened = timed(() => {
    again = FeatureCache.open(path, payload.length);
  });
  const found = timed(() => keys.forEach((key) => void again?.get(key)));
  again?.close();
  console.log(`Cache of ${ENTRIES} entries: added in ${added}, opened in ${opened}, all found in ${found}`);
} finally {
  await rm(folder, { recursive: true });
}
