import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderFetch } from '../../../packages/cli/bundler';
import { type BundleHost, type Downloads, hostBundle } from '../../../packages/lab/commands/evaluate/bundle-host';
import { inventory, openHead } from '../../../src/core/catalog';
import { type Area, type AreaResult, type Bar, inParts, type Say, within } from '../kept';
import { writeShop } from '../synthetic-shop';
import { median, memoryInUse, spread, timed } from '../timing';

/** Numbers of products that are measured if none are named. */
const SIZES = '776,20000';
/** Number of visits, and of choices in each. The first visit includes compilation; its times do not count. */
const [VISITS, CHOICES] = [9, 10];
/** Length of a list. */
const LIST = 8;
/** Only a search by photo loads these files. */
const ON_REQUEST = 'photos';
/** Files whose size does not depend on the number of products. */
const FIXED = /^(projection|text|image|text-tokenizer)-/;

/** Maximum downloads of a page since its start: kB with gzip, and requests. */
const LIMITS = {
  'first list': { kB: 60, requests: 4 },
  'first personal list': { kB: 500, requests: 20 },
  'ten choices': { kB: 1500, requests: 60 },
} as const;
type Moment = keyof typeof LIMITS;
/** A catalogue that pages load whole, and its maximum download until the first personal list, kB with gzip. */
const [SMALL, SMALL_KB] = [1000, 300];
const MAX_ITEM_BYTES = 450;
const MAX_MS = 250;
const MAX_MB = 40;

export const area: Area = {
  title: 'What pages load',
  measure: (say, { products = SIZES, log = false }) =>
    inParts(say, ...products.split(',').map((count) => (tell: Say) => measured(tell, Number(count), log))),
};

async function measured(say: Say, count: number, log: boolean): Promise<AreaResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-size-'));
  const name = `${count.toLocaleString('en')} products${log ? ' with a log' : ''}`;
  try {
    say(`${name}: building`);
    const shoppers = await writeShop(folder, count, { log, shoppers: VISITS, choices: CHOICES });
    const host = await hostBundle(folder);
    try {
      say(`${name}: ${VISITS} visits`);
      const bars = [await itemBytes(folder, host), ...(await visited(host, shoppers, count))];
      return { bars: bars.map((bar) => ({ ...bar, name: `${name}: ${bar.name}` })) };
    } finally {
      host.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes of a product as served, in all and by kind of file; what only a search by photo loads is apart. */
async function itemBytes(folder: string, host: BundleHost): Promise<Bar> {
  const fetchFile = folderFetch(folder);
  const { manifest } = await openHead(fetchFile);
  const kinds = new Map<string, number>();
  for (const { file } of await inventory(manifest, fetchFile)) {
    if (FIXED.test(file)) continue;
    const kind = file.slice(0, file.indexOf('-'));
    kinds.set(kind, (kinds.get(kind) ?? 0) + (await host.gzipped(file)) / manifest.count);
  }
  const photos = kinds.get(ON_REQUEST) ?? 0;
  kinds.delete(ON_REQUEST);
  const total = [...kinds.values()].reduce((sum, bytes) => sum + bytes, 0);
  const parts = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, bytes]) => `${kind} ${bytes.toFixed(0)}`);
  const more = `gzip; ${parts.join(', ')}; beside them ${photos.toFixed(0)} that only a search by photo loads`;
  return within('a product as served', MAX_ITEM_BYTES, total, 'bytes', more);
}

/** Downloads, time and memory of visits. */
async function visited(host: BundleHost, shoppers: readonly string[][], count: number): Promise<Bar[]> {
  const loads = new Map<Moment, Downloads[]>();
  const click = timed();
  const memory: number[] = [];
  const before = memoryInUse();
  for (const [visit, ids] of shoppers.entries()) {
    const page = await host.open();
    const note = (moment: Moment): void => void loads.set(moment, [...(loads.get(moment) ?? []), page.downloads()]);
    await page.engine.recommend({ limit: LIST });
    note('first list');
    for (const [n, id] of ids.entries()) {
      await (visit === 0 ? timed() : click).of(async () => {
        await page.engine.track('click', id, {});
        await page.settled();
        await page.engine.recommend({ limit: LIST });
      });
      if (n === 0) note('first personal list');
    }
    note('ten choices');
    memory.push(memoryInUse() - before);
    await page.engine.close();
  }
  return [
    ...[...loads].flatMap(([moment, all]) => loadBars(moment, all, count)),
    within('click to list', MAX_MS, spread(click.wall).high, 'ms', `p95; ${click}`),
    within('memory of the worker after ten choices', MAX_MB, median(memory) / 1e6, 'MB', 'heap and buffers'),
  ];
}

function loadBars(moment: Moment, all: readonly Downloads[], count: number): Bar[] {
  const mean = (kind: keyof Downloads): number => all.reduce((sum, one) => sum + one[kind], 0) / all.length;
  const [requests, raw, gzip] = [mean('requests'), mean('raw') / 1000, mean('gzip') / 1000];
  const more = `gzip; ${requests.toFixed(1)} requests, ${raw.toFixed(0)} kB unpacked; means of ${all.length} visits`;
  if (count <= SMALL) return moment === 'first personal list' ? [within(moment, SMALL_KB, gzip, 'kB', more)] : [];
  const { kB, requests: most } = LIMITS[moment];
  return [within(moment, kB, gzip, 'kB', more), within(`${moment}, requests`, most, requests, 'requests')];
}
