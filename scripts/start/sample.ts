import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeZip } from '../../apps/studio/files/zip';
import type { Item } from '../../src/core/catalog';
import { grouped } from '../../src/core/common/grouped';
import { CATALOG, IMAGES, VISITS } from './demo-bundle';

const PRODUCTS = 199;

/** Puts a part of the demo shop beside Studio's page, to try Studio with: products of all categories, their pictures and visits. */
export async function writeSample(folder: string): Promise<void> {
  const items: Item[] = (await readFile(CATALOG, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const shelves = [...grouped(items, ({ category }) => category).values()];
  const largest = Math.max(...shelves.map(({ length }) => length));
  const chosen = Array.from({ length: largest }, (_, n) => shelves.flatMap((shelf) => shelf[n] ?? []))
    .flat()
    .slice(0, PRODUCTS);
  const ids = new Set(chosen.map(({ id }) => id));
  const [header, ...visits] = (await readFile(VISITS, 'utf8')).trim().split('\n');
  const pictures = chosen.flatMap(({ image }) => image ?? []);
  const files = pictures.map((path) => ({
    path,
    bytes: 0,
    open: async () => new Blob([await readFile(join(IMAGES, path))]),
  }));
  const lines = [header, ...visits.filter((line) => ids.has(line.split(',')[1]))];
  await mkdir(folder, { recursive: true });
  const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
  await put('products.jsonl', chosen.map((item) => JSON.stringify({ ...item, currency: 'EUR' })).join('\n'));
  await put('pictures.zip', new Uint8Array(await (await writeZip(files, () => {})).arrayBuffer()));
  await put('visits.csv', lines.join('\n'));
  await put('sample.json', JSON.stringify({ products: chosen.length }));
}
