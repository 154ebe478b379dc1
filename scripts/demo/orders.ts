import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { ItemInput } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';
import { pick } from './seeded';

/** Products that go together, by title: each with those that a shopper may want with it. */
const pairsSchema = v.record(v.string(), v.pipe(v.array(v.string()), v.minLength(1)));

/** Number of orders. */
const ORDERS = 6000;
/** Share of the orders that have a third product. */
const THREE = 0.3;

/** The products that go with each product that has any. Nobody ordered anything in the example shop: the pairs are written by hand, and the demo says so. */
export type Companions = ReadonlyMap<ItemInput, readonly ItemInput[]>;

/** @throws Error if `pairs.json` names a product that the shop lacks */
export async function companionsOf(items: readonly ItemInput[]): Promise<Companions> {
  const pairs = v.parse(pairsSchema, JSON.parse(await readFile(new URL('./pairs.json', import.meta.url), 'utf8')));
  const titled = new Map(items.map((item) => [item.title, item]));
  const companions = new Map<ItemInput, ItemInput[]>();
  const named = (title: string): ItemInput => {
    const item = titled.get(title);
    if (!item) throw new Error(`No product is called "${title}". Correct the name in pairs.json.`);
    return item;
  };
  for (const [title, others] of Object.entries(pairs)) {
    for (const other of others) {
      const [one, two] = [named(title), named(other)];
      companions.set(one, [...(companions.get(one) ?? []), two]);
      companions.set(two, [...(companions.get(two) ?? []), one]);
    }
  }
  return companions;
}

/** Draws orders of two or three products that go together, the same in every run, and writes them as lines of `order,item`. */
export async function makeDemoOrders(file: string, items: readonly ItemInput[]): Promise<void> {
  const companions = await companionsOf(items);
  const random = seededRandom(1);
  const popular = [...companions.keys()].flatMap((item) =>
    Array.from({ length: 1 + Math.round(Math.sqrt(item.popularity ?? 0)) }, () => item),
  );
  const lines = ['order,item'];
  for (let order = 1; order <= ORDERS; order++) {
    const first = pick(popular, random);
    const others = companions.get(first) ?? [];
    const products = new Set([first, pick(others, random), ...(random() < THREE ? [pick(others, random)] : [])]);
    for (const { id } of products) lines.push(`${order},${id}`);
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`);
}
