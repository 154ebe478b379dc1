/**
 * Measures the reading of feeds: writes products in each format to a temporary file, streams it through the readers as
 * `sidestream build` does, and prints rows per second and memory. Each format is read in a separate process.
 * `npm run bench:feed -- [rows] [format …]`, by default 1,000,000 rows of every format (pages: 20,000).
 * `npm run bench:feed -- hostile [MB]` reads malformed feeds; the default is 1 and 10 MB.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { readFeed } from '../../packages/cli/bundler/read-feed';
import { measureHostile } from './feed-hostile';

const ROWS = 1_000_000;
const PAGES = 20_000;
const TEXT =
  'Ideal for cold-weather training or work outdoors, this hoodie promises superior warmth with every wear. Thick material blocks out the wind as ribbed cuffs and bottom band seal in body heat; machine wash, tumble dry.';
const title = (i: number): string => `Hoodie no. ${i} & friends`;
const price = (i: number): string => `${(i % 200) + 1}.99`;
const image = (i: number): string => `https://cdn.shop.example/files/products/${i}/front.jpg`;
const page = (i: number): string => `https://shop.example/products/hoodie-${i}`;

interface Writer {
  file: string;
  begin?: string;
  row(i: number): string;
  end?: string;
}

const columns = (i: number): string[] => [
  `SKU-${i}`,
  title(i),
  TEXT,
  page(i),
  image(i),
  'Men > Tops > Hoodies',
  `${price(i)} EUR`,
  'in_stock',
  'Acme',
];
const NAMES = ['id', 'title', 'description', 'link', 'image_link', 'product_type', 'price', 'availability', 'brand'];
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('>', '&gt;');
const shopify = (i: number) => ({
  id: i,
  handle: `hoodie-${i}`,
  title: title(i),
  body_html: `<p>${TEXT}</p>`,
  vendor: 'Acme',
  product_type: 'Hoodies',
  variants: [{ id: i, price: price(i), available: true }],
  images: [{ src: image(i) }],
});

const WRITERS: Record<string, Writer> = {
  jsonl: {
    file: 'catalog.jsonl',
    row: (i) =>
      `${JSON.stringify({ id: `SKU-${i}`, title: title(i), description: TEXT, category: 'Men/Tops/Hoodies', price: (i % 200) + 1.99, image: image(i), url: page(i), brand: 'Acme' })}\n`,
  },
  csv: {
    file: 'catalog.csv',
    begin: `${NAMES.join(',')}\n`,
    row: (i) =>
      `${columns(i)
        .map((cell) => `"${cell}"`)
        .join(',')}\n`,
  },
  tsv: { file: 'merchant.tsv', begin: `${NAMES.join('\t')}\n`, row: (i) => `${columns(i).join('\t')}\n` },
  xml: {
    file: 'merchant.xml',
    begin: '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n',
    row: (i) =>
      `<item>${columns(i)
        .map((cell, n) => `<g:${NAMES[n]}>${xml(cell)}</g:${NAMES[n]}>`)
        .join('')}</item>\n`,
    end: '</channel></rss>\n',
  },
  shopify: {
    file: 'products.json',
    begin: '{"products":[',
    row: (i) => `${i === 0 ? '' : ','}${JSON.stringify(shopify(i))}`,
    end: ']}',
  },
};
const FORMATS = [...Object.keys(WRITERS), 'html'];

async function writeFeed(folder: string, format: string, rows: number): Promise<{ path: string; bytes: number }> {
  if (format === 'html') return writePages(folder, rows);
  const { file, begin = '', row, end = '' } = WRITERS[format];
  const path = join(folder, file);
  function* chunks(): Generator<string> {
    yield begin;
    for (let from = 0; from < rows; from += 1000) {
      yield Array.from({ length: Math.min(1000, rows - from) }, (_, n) => row(from + n)).join('');
    }
    yield end;
  }
  await pipeline(Readable.from(chunks()), createWriteStream(path));
  return { path, bytes: (await stat(path)).size };
}

async function writePages(folder: string, rows: number): Promise<{ path: string; bytes: number }> {
  const path = join(folder, 'pages');
  await mkdir(path);
  let bytes = 0;
  for (let i = 0; i < rows; i++) {
    const offers = { '@type': 'Offer', price: price(i), availability: 'https://schema.org/InStock' };
    const product = {
      '@type': 'Product',
      sku: `SKU-${i}`,
      name: title(i),
      description: TEXT,
      image: image(i),
      url: page(i),
      offers,
    };
    const html = `<!doctype html><html><head><title>${i}</title><script type="application/ld+json">${JSON.stringify(product)}</script></head><body>${`<p>${TEXT}</p>`.repeat(20)}</body></html>`;
    bytes += html.length;
    await writeFile(join(path, `${i}.html`), html);
  }
  return { path, bytes };
}

interface Reading {
  items: number;
  rejected: number;
  seconds: number;
  /** Processor time, which a busy machine does not change. */
  cpu: number;
  /** Memory of the process in bytes: after a tenth was read, and the maximum after that. */
  early: number;
  peak: number;
}

async function read(path: string, rows: number): Promise<Reading> {
  const started = performance.now();
  const reading: Reading = { items: 0, rejected: 0, seconds: 0, cpu: 0, early: 0, peak: 0 };
  for await (const row of readFeed([path])) {
    if ('item' in row) reading.items++;
    else reading.rejected++;
    if ((reading.items + reading.rejected) % 1000 !== 0) continue;
    const rss = process.memoryUsage.rss();
    if (reading.items <= rows / 10) reading.early = Math.max(reading.early, rss);
    reading.peak = Math.max(reading.peak, rss);
  }
  reading.seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  reading.cpu = (user + system) / 1e6;
  return reading;
}

const mb = (bytes: number): string => `${Math.round(bytes / 1e6)}`;

async function main(args: string[]): Promise<void> {
  if (args[0] === '--read') {
    console.log(JSON.stringify(await read(args[1], Number(args[2]))));
    return;
  }
  if (args[0] === 'hostile') {
    await measureHostile(Number(args[1] ?? 10));
    return;
  }
  const rows = Number(args[0] ?? ROWS);
  const formats = args.length > 1 ? args.slice(1) : FORMATS;
  const unknown = formats.find((format) => !FORMATS.includes(format));
  if (unknown !== undefined || !Number.isInteger(rows)) {
    throw new Error(`Give a number of rows and formats of ${FORMATS.join(', ')}.`);
  }
  console.log(`load ${loadavg()[0].toFixed(1)}\n`);
  console.log('| format | rows | MB | rows/s | rows per CPU second | memory at a tenth, MB | peak, MB | growth, MB |');
  console.log('| --- | --: | --: | --: | --: | --: | --: | --: |');
  for (const format of formats) {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-feed-'));
    try {
      const count = format === 'html' ? Math.min(rows, PAGES) : rows;
      const { path, bytes } = await writeFeed(folder, format, count);
      const child = spawnSync(
        process.execPath,
        [...process.execArgv, fileURLToPath(import.meta.url), '--read', path, String(count)],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      if (child.status !== 0) throw new Error(`Reading ${format} failed.`);
      const { items, rejected, seconds, cpu, early, peak }: Reading = JSON.parse(child.stdout);
      if (items !== count || rejected !== 0)
        throw new Error(`${format}: ${items} of ${count} rows read, ${rejected} rejected.`);
      const figures = [
        count,
        mb(bytes),
        Math.round(count / seconds),
        Math.round(count / cpu),
        mb(early),
        mb(peak),
        mb(peak - early),
      ];
      console.log(`| ${[format, ...figures].join(' | ')} |`);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

await main(process.argv.slice(2));
