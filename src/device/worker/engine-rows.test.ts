import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../testing/served-shop';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Products a, b … in three sizes of two brands. */
const SIZES = ['S', 'M', 'L'];
let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop(
    [...'abcdefghijklmnopqrstuvwx'].flatMap((group, n) =>
      SIZES.map((size, at) =>
        makeItem(`${group}-${size}`, {
          group,
          title: `Product ${group}`,
          category: 'Clothes/Tops',
          popularity: 100 - n,
          attributes: { size, brand: n % 2 ? 'Acme' : 'Best' },
          price: at === 1 ? 8 : 10,
          availability: group === 'a' && size === 'L' ? 'out-of-stock' : 'in-stock',
        }),
      ),
    ),
  );
});
afterAll(() => shop.close());

it('plans rows for the shopper, without a product in two of them', async () => {
  const engine = await shop.open();
  const cold = await engine.recommendRows({ items: 3 });
  expect(cold.rows.map(({ kind }) => kind)).toEqual(['trending']);
  for (const id of ['b-S', 'd-S']) await engine.track('click', id);
  await engine.settled();
  const { id, rows } = await engine.recommendRows({ items: 3, lang: 'de' });
  expect(id).toMatch(/^rows-/);
  expect(rows.map(({ title }) => title)).toContain('Mehr von Acme');
  const groups = rows.flatMap(({ items }) => items.map(({ item }) => item.group));
  expect(new Set(groups).size).toBe(groups.length);
  expect(groups).not.toContain('b');
  expect(rows[0].items.map(({ position }) => position)).toEqual([0, 1, 2]);
  const wrong = { rows: 3 } as object;
  await expect(engine.recommendRows(wrong)).rejects.toMatchObject({ code: 'runtime/invalid-input' });
  await engine.close();
  expect(shop.codes).toEqual([]);
});

it('returns products by the ids of their items, with variants, options and the usual size', async () => {
  const engine = await shop.open();
  await engine.track('purchase', 'c-M');
  await engine.settled();
  const [a, missing] = await engine.products(['a-S', 'nothing'], { variants: true });
  expect(missing).toBeUndefined();
  expect(a.item.id).toBe('a-S');
  expect(a.prices).toEqual({ lowest: 8, highest: 10 });
  expect(a.options).toEqual([{ name: 'size', kind: 'size', values: SIZES, usual: 'M' }]);
  expect(a.variants.map(({ id, availability }) => `${id} ${availability}`)).toEqual([
    'a-S in-stock',
    'a-M in-stock',
    'a-L out-of-stock',
  ]);
  const plain = await engine.products(['b-L', 'a-S']);
  expect(plain.map(({ item, options, variants }) => [item.id, options, variants])).toEqual([
    ['b-L', [], []],
    ['a-S', [], []],
  ]);
  await engine.close();
  expect(shop.codes).toEqual([]);
});
