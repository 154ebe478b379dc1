import { expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';
import { jsonRecords } from './read-json';

const product = (handle: string, more: object = {}) => ({
  id: 632910392,
  title: 'Hoodie',
  handle,
  body_html: '<p>Warm &amp; <strong>soft</strong></p>',
  vendor: 'Acme',
  product_type: 'Men > Tops',
  tags: ['winter', 'wool'],
  variants: [
    { id: 1, price: '52.00', compare_at_price: null, available: false, inventory_quantity: 0 },
    { id: 2, price: '48.50', compare_at_price: '60.00', available: true, inventory_quantity: 4 },
  ],
  options: [
    { name: 'Size', values: ['S', 'M'] },
    { name: 'Waist', values: ['32'] },
    { name: 'Title', values: ['Default Title'] },
  ],
  images: [{ id: 9, src: 'https://cdn.example/a.jpg' }, { src: 'https://cdn.example/b.jpg' }],
  published_at: '2026-11-02T10:00:00+01:00',
  ...more,
});
const hoodie = {
  id: 'hoodie',
  title: 'Hoodie',
  description: 'Warm & soft',
  category: 'Men/Tops',
  price: 48.5,
  listPrice: 60,
  image: 'https://cdn.example/a.jpg',
  images: ['https://cdn.example/b.jpg'],
  url: '/products/hoodie',
  availability: 'in-stock',
  quantity: 4,
  published: '2026-11-02',
  attributes: { Size: ['S', 'M'], Waist: 32, brand: 'Acme', tags: ['winter', 'wool'] },
};

it.each([
  ['one page', JSON.stringify({ products: [product('hoodie'), product('b')] })],
  ['a page laid out', JSON.stringify({ products: [product('hoodie'), product('b')] }, null, 2)],
  [
    'several pages',
    [{ products: [product('hoodie')] }, { products: [product('b')] }].map((page) => JSON.stringify(page)).join('\n'),
  ],
  ['pages in a list', JSON.stringify([{ products: [product('hoodie')] }, { products: [product('b')] }])],
  ['a list of products', JSON.stringify([product('hoodie'), product('b')])],
])('reads products.json of Shopify: %s', async (_, text) => {
  const { items, lines, rejected } = await readFeedText([text]);
  expect(rejected).toEqual([]);
  expect(items).toEqual([hoodie, { ...hoodie, id: 'b', url: '/products/b' }]);
  expect(lines).toEqual([1, 2]);
});

it('counts products in a document without lines, and reads up to a syntax error', async () => {
  const { items, rejected } = await readFeedText([
    JSON.stringify({ products: [product('a'), product('a'), { handle: 'none' }, product('d')] }).replace('"d"', '"d'),
  ]);
  expect(items.map(({ id }) => id)).toEqual(['a']);
  expect(rejected.map(({ unit, line, field }) => `${unit} ${line} ${field}`)).toEqual([
    'product 2 id',
    'product 3 title',
    'product 4 row',
  ]);
  expect(rejected[0].reason).toBe('already used in product 1');
  expect(rejected[2].reason).toContain('the rest was not read');
});

it('says that a document was cut off', async () => {
  const { items, rejected } = await readFeedText([JSON.stringify({ products: [product('a')] }).slice(0, -2)]);
  expect(items).toHaveLength(1);
  expect(rejected).toMatchObject([{ line: 2, field: 'row' }]);
});

it('finds products at other paths by the mapping, and reads plain ones by their names', async () => {
  const { items } = await readFeedText(
    [JSON.stringify({ meta: {}, data: { items: [{ sku: 7, name: 'Seven', price: '7,50' }] } }, null, 1)],
    {
      products: 'data.items',
    },
  );
  expect(items).toMatchObject([{ id: '7', title: 'Seven', price: 7.5 }]);
});

it('reads a page with more products than a call can have arguments', async () => {
  const products = Array.from({ length: 200_000 }, (_, i) => `{"id":${i}}`).join();
  let count = 0;
  for await (const record of jsonRecords([`[{"products":[${products}]},{"products":[{"id":"last"}]}]`], {
    list: true,
  })) {
    count++;
    if (record.line !== count) expect(record.line).toBe(count);
  }
  expect(count).toBe(200_001);
}, 30_000);

it('finds the products of pages in a list by the mapping', async () => {
  const pages = [{ data: { items: [product('a'), product('b')] } }, { data: { items: [product('c')] } }];
  const { items, rejected } = await readFeedText([JSON.stringify(pages)], { products: 'data.items' });
  expect(rejected).toEqual([]);
  expect(items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

it.each([
  ['in a product', '{"products":[{"handle":"a","title":"A"},{"x":', 2],
  ['beside the products', '{"meta":1,"products":[],"more":', 1],
])(
  'stops at a value nested too deeply: %s',
  async (_, before, line) => {
    const { rejected } = await readFeedText([`${before}${'['.repeat(500_000)}${'1,'.repeat(500_000)}`]);
    expect(rejected).toMatchObject([
      { unit: 'product', line, reason: expect.stringContaining('nested more than 100') },
    ]);
  },
  20_000,
);

it('stops at a product that does not end', async () => {
  let sent = 0;
  async function* chunks() {
    yield '{"products":[{"handle":"a","title":"A"},{"handle":"b","title":"';
    for (; sent < 1000; sent++) yield 'x'.repeat(1_000_000);
  }
  const { items, rejected } = await readFeedText(chunks());
  expect(items).toHaveLength(1);
  expect(rejected).toMatchObject([{ line: 2, reason: expect.stringContaining('longer than') }]);
  expect(sent).toBeLessThan(50);
});
