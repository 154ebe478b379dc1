import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { seededRandom } from '../../../src/core/common/random';
import { invalidInput } from '../../../src/error';
import { SHOP } from '../encoding/texts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Catalogues with the folders of their pictures: the demo's, which is generated, and a shop that is not part of the project. */
const SOURCES = [
  { catalog: join(root, '.cache/demo/catalog.jsonl'), images: join(root, 'public/images') },
  { catalog: join(SHOP, 'catalog.jsonl'), images: join(SHOP, 'images') },
];

const rowSchema = v.looseObject({ id: v.string(), image: v.string(), category: v.string() });

/** A catalogue whose products all have pictures, and a log of its shoppers. */
export interface BenchShop {
  catalog: string;
  /** Folder with the pictures of its products, and no others. */
  images: string;
  events: string;
  products: number;
}

/** Numbers of shoppers in the log, of choices of each, and of choices in a row that stay in one category. */
const [SHOPPERS, CHOICES, IN_A_ROW] = [1500, 12, 4];

/**
 * Joins the catalogues of this machine, and writes a log in which shoppers stay in a category for a while.
 * @param folder where to write
 * @param max maximum number of products
 */
export async function benchShop(folder: string, max: number): Promise<BenchShop> {
  const [catalog, images, events] = ['catalog.jsonl', 'images', 'events.csv'].map((name) => join(folder, name));
  await mkdir(images, { recursive: true });
  const rows = new Map<string, v.InferOutput<typeof rowSchema>>();
  for (const source of SOURCES) {
    if (!existsSync(source.catalog)) continue;
    const pictures = new Set(await readdir(source.images));
    for (const line of (await readFile(source.catalog, 'utf8')).split('\n')) {
      if (line === '' || rows.size >= max) continue;
      const row = v.parse(rowSchema, JSON.parse(line));
      if (rows.has(row.id) || !pictures.has(row.image)) continue;
      await copyFile(join(source.images, row.image), join(images, row.image));
      rows.set(row.id, row);
    }
  }
  if (rows.size === 0) throw invalidInput('There is no catalogue with pictures; run npm start once, then again.');
  const all = [...rows.values()];
  await writeFile(catalog, `${all.map((row) => JSON.stringify(row)).join('\n')}\n`);
  await writeFile(events, shopLog(all));
  return { catalog, images, events, products: all.length };
}

function shopLog(rows: readonly { id: string; category: string }[]): string {
  const random = seededRandom(1);
  const categories = [...new Set(rows.map(({ category }) => category))];
  const byCategory = categories.map((name) => rows.filter(({ category }) => category === name));
  const lines = ['user,product,time'];
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    let own: readonly { id: string }[] = rows;
    for (let n = 0; n < CHOICES; n++) {
      if (n % IN_A_ROW === 0) own = byCategory[Math.floor(random() * byCategory.length)];
      const time = new Date(Date.UTC(2026, 0, 1 + n, shopper % 24, shopper % 60)).toISOString();
      lines.push(`shopper-${shopper},${own[Math.floor(random() * own.length)].id},${time}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
