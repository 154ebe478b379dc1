import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createTable, type FeatureTable, type Item, setTap, tapOf } from '../../../src/core/catalog';
import { productsOf } from '../../../src/core/catalog/variants';
import { seededRandom } from '../../../src/core/common/random';
import { catalogIndex } from '../../../src/device/ranking';
import { similarList } from '../../../src/device/ranking/lists';
import { joinLexical, type LexicalTask } from '../../shop/pipeline/join-lexical';
import { similarWeights, textPrecision, tunedTextWeight } from '../../shop/pipeline/neighbors';
import { cacheFolder } from './build-folder';
import { collectFeed, RejectedRowsFile } from './read-feed';

const SHOP = fileURLToPath(new URL('../../../../shared/data/shop-german/', import.meta.url));
const quiet = { start() {}, advance() {}, stop() {} };
const DIM = 128;
const folder = mkdtempSync(join(tmpdir(), 'sidestream-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Features of an encoder that reads nothing of the language: noise. */
function noise(count: number): FeatureTable {
  const features = createTable({ dim: DIM, taps: { text: 2, image: 1 } }, count);
  const random = seededRandom(3);
  const row = (): Float32Array => Float32Array.from({ length: DIM }, () => random() - 0.5);
  for (let n = 0; n < count; n++) for (const tap of [0, 1]) setTap(features, 'text', tap, n, row());
  return features;
}

const task = (items: readonly Item[], features: FeatureTable): LexicalTask => ({
  items,
  products: items.map((_, row) => row),
  recipe: 'title-description',
  locales: [],
  features,
  contentTap: 1,
  reads: false,
  kept: undefined,
  cache: cacheFolder(folder),
  meter: quiet,
});

/** 160 products of 4 kinds, whose titles share a word within the kind. */
const KINDS = ['tetera', 'taza', 'cuchara', 'mantel'];
const shop = Array.from(
  { length: 160 },
  (_, n): Item => ({
    id: `${n}`,
    title: `${KINDS[n % 4]} modelo ${(n * 7) % 13} serie ${(n * 5) % 11}`,
    description: '',
    category: KINDS[n % 4].toUpperCase(),
    availability: 'in-stock',
    attributes: {},
  }),
);

describe('joining a text encoder with the words of the catalogue', () => {
  it('joins nothing twice', async () => {
    const first = noise(shop.length);
    const { joined: kept } = await joinLexical(task(shop, first));
    const size = () => statSync(join(folder, 'text-words.cache')).size;
    const before = size();
    const [second, other] = [noise(shop.length), noise(shop.length)];
    await joinLexical({ ...task(shop, second), kept });
    expect(second).toEqual(first);
    expect(size()).toBe(before);
    await joinLexical({ ...task(shop.with(3, { ...shop[3], title: 'Mantel azul' }), other), kept });
    expect(size() - before).toBe(32 + 4 + DIM + 4);
    expect(tapOf(other, 'text', 1, 3)).not.toEqual(tapOf(first, 'text', 1, 3));
  });

  it('replaces the content tap only, by words where the encoder does not read the language', async () => {
    const features = noise(shop.length);
    const before = tapOf(features, 'text', 0, 5);
    const { joined, sample } = await joinLexical(task(shop, features));
    expect(joined?.share).toBe(0);
    expect(tapOf(features, 'text', 0, 5)).toEqual(before);
    expect(
      await textPrecision(
        features,
        1,
        shop.map(({ category }) => category),
      ),
    ).toBeGreaterThan(0.95);
    // The category's own words do not count in the judgement.
    expect(await textPrecision(sample.features, 1, sample.categories)).toBeGreaterThan(0.9);
  });

  it('keeps the tap of an encoder that reads the language and tells categories apart as well', async () => {
    const features = noise(shop.length);
    for (const [n] of shop.entries()) {
      setTap(
        features,
        'text',
        1,
        n,
        Float32Array.from({ length: DIM }, (_, d) => (d === n % 4 ? 1 : 0.01 * d)),
      );
    }
    const before = features.values.slice();
    const { joined } = await joinLexical({ ...task(shop, features), reads: true });
    expect(joined).toBeNull();
    expect(features.values).toEqual(before);
  });

  it('joins both where an encoder that reads the language tells categories apart less well than with words', async () => {
    const features = noise(shop.length);
    const { joined } = await joinLexical({ ...task(shop, features), reads: true });
    expect(joined?.share).toBeLessThan(1);
  });

  it('leaves a small shop to the encoder that reads its language', async () => {
    const few = shop.slice(0, 60);
    const features = noise(few.length);
    expect((await joinLexical({ ...task(few, features), reads: true })).joined).toBeNull();
    expect((await joinLexical(task(few, features))).joined?.share).toBe(0);
  });

  it('keeps the encoder of the previous bundle, or that it had none', async () => {
    const { joined } = await joinLexical(task(shop, noise(shop.length)));
    const more = [...shop, { ...shop[0], id: 'new', title: 'tetera nueva' }];
    const kept = await joinLexical({ ...task(more, noise(more.length)), kept: joined });
    expect(kept.joined).toBe(joined);
    expect((await joinLexical({ ...task(more, noise(more.length)), kept: null })).joined).toBeNull();
  });

  it('reads the words of further languages as well', async () => {
    const features = noise(shop.length);
    const plain = shop.map((item, n) => ({ ...item, title: `${n}` }));
    const texts = shop.map(({ title }) => ({ title }));
    await joinLexical({ ...task(plain, features), locales: [{ tag: 'es', texts }] });
    expect(
      await textPrecision(
        features,
        1,
        shop.map(({ category }) => category),
      ),
    ).toBeGreaterThan(0.95);
  });
});

describe('the weight of the category in lists of similar products', () => {
  const categories = shop.map(({ category }) => category);

  it('is the default where the content tells categories apart, and rises as it does not', () => {
    expect(similarWeights(categories, 0.9)).toBeUndefined();
    const [little, nothing] = [0.5, 0.25].map((precision) => similarWeights(categories, precision)?.category ?? 0);
    expect(little).toBeGreaterThan(0.1);
    expect(nothing).toBeGreaterThan(little);
  });

  it('is the default with few products, with facets, or without categories', () => {
    expect(similarWeights(categories.slice(0, 19), 0)).toBeUndefined();
    expect(
      similarWeights(
        categories.map((category) => `${category}|MORE`),
        0,
      ),
    ).toBeUndefined();
    expect(
      similarWeights(
        categories.map(() => ''),
        Number.NaN,
      ),
    ).toBeUndefined();
  });
});

describe.skipIf(!existsSync(SHOP))('a German shop (skipped without ../shared/data/shop-german)', () => {
  it.each(['products_export.csv', 'merchant.xml'])('has neighbours of the same department: %s', async (file) => {
    const { items } = await collectFeed([`${SHOP}${file}`], {}, new RejectedRowsFile(undefined));
    const products = productsOf(items);
    const features = noise(products.items.length);
    const { sample } = await joinLexical(task(products.items, features));
    const department = ({ category }: Item): string => category.split('/')[0];
    const departments = products.items.map(department);
    // By the words of the texts and tags, and with the names of the categories, which contain the department.
    expect(await textPrecision(sample.features, 1, departments)).toBeGreaterThan(0.42);
    expect(await textPrecision(features, 1, departments)).toBeGreaterThan(0.6);

    const { textWeight, precision } = await tunedTextWeight(sample.features, { text: 1, image: 0 }, sample.categories);
    const blend = { text: { tap: 1, weight: textWeight }, image: { tap: 0, weight: 1 - textWeight } };
    const similarCategory = similarWeights(sample.categories, precision)?.category;
    const index = catalogIndex(products.items, features, blend, { similarCategory });
    for (const row of products.items.keys()) {
      const list = similarList(index, row, () => true);
      const own = departments.filter((name, other) => other !== row && name === departments[row]).length;
      const others = [...departments.keys()].filter((other) => other !== row);
      others.sort((a, b) => (list?.score[b] ?? 0) - (list?.score[a] ?? 0));
      for (const other of others.slice(0, Math.min(8, own))) expect(departments[other]).toBe(departments[row]);
    }
  });
});
