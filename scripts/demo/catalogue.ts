import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { type ItemInput, itemSchema } from '../../src/core/catalog';
import { pick, seeded } from './seeded';
import { TAGS, usefulTags } from './tags';

const LIST = new Intl.ListFormat('en-GB');

const productSchema = v.union([
  v.string(),
  v.object({ title: v.string(), price: v.optional(v.number()), popularity: v.optional(v.number()) }),
]);
type Product = Exclude<v.InferOutput<typeof productSchema>, string>;
/** The demo shop's assortment: category -> price range, phrases, picture label -> product. */
const assortmentSchema = v.record(
  v.string(),
  v.object({
    /** Lowest and highest price of products without their own price. */
    price: v.tuple([v.number(), v.number()]),
    /** First sentences of descriptions. */
    phrases: v.array(v.string()),
    products: v.record(v.string(), productSchema),
  }),
);
const emojiSchema = v.array(
  v.object({ label: v.string(), hexcode: v.string(), tags: v.optional(v.array(v.string()), []) }),
);
type Emoji = v.InferOutput<typeof emojiSchema>[number];

export interface DemoCatalog {
  items: ItemInput[];
  categories: string[];
}

/**
 * Makes the demo shop's catalogue from the pictures of `@lobehub/fluent-emoji-3d` and the names and keywords of
 * `emojibase-data`; every run gives the same catalogue. Writes one product per line to `catalog` and the pictures into `images`.
 */
export async function makeDemoCatalog(paths: { catalog: string; images: string }): Promise<DemoCatalog> {
  const require = createRequire(import.meta.url);
  const emojis = v.parse(emojiSchema, require('emojibase-data/en/data.json'));
  const byLabel = new Map(emojis.map((emoji) => [emoji.label, emoji]));
  const pictures = await listPictures(
    join(dirname(require.resolve('@lobehub/fluent-emoji-3d/package.json')), 'assets'),
  );
  const assortment = v.parse(
    assortmentSchema,
    JSON.parse(await readFile(new URL('./assortment.json', import.meta.url), 'utf8')),
  );

  await rm(paths.images, { recursive: true, force: true });
  await mkdir(paths.images, { recursive: true });
  await mkdir(dirname(paths.catalog), { recursive: true });
  const items: ItemInput[] = [];
  const seen = new Map<string, string>();
  for (const [category, leaf] of Object.entries(assortment)) {
    for (const [label, entry] of Object.entries(leaf.products)) {
      const emoji = byLabel.get(label);
      const picture = emoji && pictures.get(pictureKey(emoji.hexcode));
      if (!emoji || !picture) throw new Error(`The installed packages have no picture for "${label}" (${category}).`);
      const product = typeof entry === 'string' ? { title: entry } : entry;
      const item = makeItem(category, leaf, emoji, product);
      const bytes = await readFile(picture);
      for (const key of [item.id, createHash('sha256').update(bytes).digest('hex')]) {
        const other = seen.get(key);
        if (other) throw new Error(`"${label}" and "${other}" have the same title or the same picture.`);
        seen.set(key, label);
      }
      await cp(picture, join(paths.images, `${item.id}.webp`));
      items.push(v.parse(itemSchema, item));
    }
  }
  // A shop's feed is not sorted by category.
  const order = new Map(items.map((item) => [item.id, seeded(`order of ${item.id}`)()]));
  items.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  await writeFile(paths.catalog, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  return { items, categories: Object.keys(assortment) };
}

function makeItem(
  category: string,
  leaf: { price: [number, number]; phrases: string[] },
  emoji: Emoji,
  product: Product,
): ItemInput & { id: string } {
  const { title } = product;
  const random = seeded(title);
  const id = title
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z\d\s-]/g, '')
    .replace(/[\s-]+/g, '-');
  const [low, high] = leaf.price;
  const price = product.price ?? retailPrice(low * (high / low) ** (random() ** 1.3));
  const tags = usefulTags(emoji.tags, title, 3);
  const tagLine = tags.length > 1 ? ` ${TAGS} ${LIST.format(tags)}.` : '';
  // Tags once drew a sentence: without the draw, phrases and popularity would be others.
  if (tagLine) random();
  return {
    id,
    title,
    description: `${pick(leaf.phrases, random)}${tagLine}`,
    category,
    price,
    image: `${id}.webp`,
    // A few sell a lot, most a little: Pareto with exponent 1.2.
    popularity: product.popularity ?? Math.min(2000, Math.floor(12 * (1 - random()) ** (-1 / 1.2))),
    ...merchandise(title, price),
  };
}

/** Reductions, ratings and scarce stock of some products, from a separate stream of random numbers, so prices and texts do not change. */
function merchandise(title: string, price: number): Pick<ItemInput, 'listPrice' | 'rating' | 'quantity'> {
  const random = seeded(`merchandise of ${title}`);
  const [reduced, rated, scarce] = [random() < 0.2, random() < 0.75, random() < 0.08];
  const listPrice = retailPrice(price / (0.6 + 0.3 * random()));
  const value = Number((3.6 + 1.4 * random() ** 0.7).toFixed(1));
  const count = Math.min(900, Math.ceil(4 * (1 - random()) ** (-1 / 0.9)));
  const quantity = 1 + Math.floor(random() * 5);
  return {
    ...(reduced && listPrice > price ? { listPrice } : {}),
    ...(rated ? { rating: { value, count } } : {}),
    ...(scarce ? { quantity } : {}),
  };
}

/** The nearest price that a shop would print. */
function retailPrice(amount: number): number {
  if (amount < 5) return Number((Math.max(1, Math.round(amount * 10)) / 10).toFixed(2));
  if (amount < 50) return Number((Math.floor(amount) + 0.9).toFixed(2));
  return Math.round(amount / 10) * 10 - 1;
}

const pictureKey = (name: string): string => name.toLowerCase().replace(/-fe0f/g, '');

async function listPictures(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.webp'));
  return new Map(names.map((name) => [pictureKey(name.slice(0, -'.webp'.length)), join(folder, name)]));
}
