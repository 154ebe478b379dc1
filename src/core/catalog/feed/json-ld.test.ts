import { expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

const page = (data: unknown, head = '') =>
  `<!doctype html>\n<html><head><title>x</title>${head}\n<script type="application/ld+json">${typeof data === 'string' ? data : JSON.stringify(data)}</script></head><body><p>1 < 2</p></body></html>`;
const shirt = {
  '@context': 'https://schema.org',
  '@type': 'Product',
  sku: 'S1',
  name: 'Shirt &amp; tie',
  description: '<p>Soft</p>',
  category: 'Men > Shirts',
  brand: { '@type': 'Brand', name: 'Acme' },
  color: 'blue',
  image: ['https://cdn.example/1.jpg', 'https://cdn.example/2.jpg'],
  offers: {
    '@type': 'Offer',
    price: '12.99',
    priceCurrency: 'EUR',
    availability: 'https://schema.org/InStock',
    url: 'https://shop.example/s1',
  },
};
const item = {
  id: 'S1',
  title: 'Shirt & tie',
  description: 'Soft',
  category: 'Men/Shirts',
  price: 12.99,
  image: 'https://cdn.example/1.jpg',
  images: ['https://cdn.example/2.jpg'],
  url: 'https://shop.example/s1',
  availability: 'in-stock',
  attributes: { brand: 'Acme', color: 'blue' },
};

it.each([
  ['a product', page(shirt)],
  ['a list', page([{ '@type': 'Organization', name: 'Shop' }, shirt])],
  ['a graph', page({ '@context': 'https://schema.org', '@graph': [{ '@type': 'WebPage' }, shirt] })],
  ['the main entity', page({ '@type': 'ItemPage', mainEntity: shirt })],
  ['an item list', page({ '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: shirt }] })],
  [
    'a type by its address, in a comment',
    page(`<!-- ${JSON.stringify({ ...shirt, '@type': ['http://schema.org/Product'] })} -->`),
  ],
  ['line ends inside strings', page(JSON.stringify(shirt).replace('<p>Soft', '<p>\nSoft'))],
  ['a document without a page', JSON.stringify(shirt)],
])('reads schema.org products from %s', async (_, text) => {
  const { items, rejected } = await readFeedText([text]);
  expect(rejected).toEqual([]);
  expect(items).toEqual([item]);
});

it('takes the lowest of several offers, and the sale price', async () => {
  const offers = {
    '@type': 'AggregateOffer',
    lowPrice: 10,
    offers: [
      { price: 12, availability: 'OutOfStock' },
      { price: 10, availability: 'http://schema.org/InStock' },
    ],
  };
  const { items } = await readFeedText([page({ ...shirt, offers })]);
  expect(items).toMatchObject([{ price: 10, availability: 'in-stock' }]);
});

it('reads list price, stock, rating and variant group', async () => {
  const product = {
    ...shirt,
    isVariantOf: { '@type': 'ProductGroup', productGroupID: 'G1' },
    aggregateRating: { '@type': 'AggregateRating', ratingValue: '9', bestRating: '10', reviewCount: 7 },
    releaseDate: '2026-10-01',
    offers: {
      priceSpecification: [{ price: 30, priceType: 'https://schema.org/StrikethroughPrice' }, { price: 20 }],
      inventoryLevel: { '@type': 'QuantitativeValue', value: 2 },
    },
  };
  const { items } = await readFeedText([page([product, { ...shirt, sku: 'S2', inProductGroupWithID: 'G1' }])]);
  expect(items[0]).toMatchObject({
    price: 20,
    listPrice: 30,
    quantity: 2,
    group: 'G1',
    published: '2026-10-01',
    rating: { value: 4.5, count: 7 },
  });
  expect(items[1].group).toBe('G1');
});

it('makes one item from a group and its variants', async () => {
  const group = {
    '@type': 'ProductGroup',
    productGroupID: 'G1',
    name: 'Shirt',
    hasVariant: [
      {
        '@type': 'Product',
        sku: 'G1-S',
        image: { '@type': 'ImageObject', contentUrl: 'https://cdn.example/s.jpg' },
        offers: { price: 20, availability: 'SoldOut' },
      },
      { '@type': 'Product', sku: 'G1-M', offers: { priceSpecification: { price: 18 }, availability: 'PreOrder' } },
    ],
  };
  const { items } = await readFeedText([page(group, '<link rel="canonical" href="https://shop.example/g1">')]);
  expect(items).toEqual([
    {
      id: 'G1',
      title: 'Shirt',
      description: '',
      category: '',
      price: 18,
      image: 'https://cdn.example/s.jpg',
      url: 'https://shop.example/g1',
      availability: 'out-of-stock',
      attributes: {},
    },
  ]);
});

it('names the line of a script that is not JSON, and finds no item on a page without products', async () => {
  const { rejected } = await readFeedText([page('{"@type": "Product", ')]);
  expect(rejected).toMatchObject([{ line: 3, field: 'row', reason: expect.stringContaining('is not JSON') }]);
  expect(await readFeedText(['<html><body>About us</body></html>'])).toMatchObject({
    items: [],
    rejected: [],
    format: 'html',
  });
});

// The limit only guards against a hang: a fifth of this length took three minutes in quadratic time.
it.each([
  ['spaces', `{"@type":"Product"${' '.repeat(1_000_000)}x`],
  ['tags left open, and ends of others', `<html>${'<b>'.repeat(200_000)}${'</i>'.repeat(200_000)}${page(shirt)}`],
])(
  'reads a long page in linear time: %s',
  async (_, text) => {
    const { items, rejected } = await readFeedText([text]);
    expect(items.length + rejected.length).toBe(1);
  },
  20_000,
);

const nested = (key: string, value: string): string => `${`{"${key}":`.repeat(50_000)}${value}${'}'.repeat(50_000)}`;

it.each([
  ['name', nested('name', '"x"')],
  ['offers', nested('offers', '[]')],
  ['image', nested('url', '"x"')],
  ['hasVariant', nested('hasVariant', '[]')],
  ['additionalProperty', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
])('continues after a value nested 50,000 levels deep: %s', async (field, value) => {
  const { items, rejected } = await readFeedText([
    `{"@graph":[{"@type":"Product","sku":"a","title":"A","${field}":${value}},${JSON.stringify(shirt)}]}`,
  ]);
  expect(items.at(-1)?.id).toBe('S1');
  expect(items.length + rejected.filter(({ id }) => id === 'a').length).toBe(2);
});

it('reads the products that a page tags for Nosto, unless it describes some for schema.org', async () => {
  const tags = `<html>
<div class="nosto_page_type">product</div><div class="nosto_product" style="display:none">
  <span class="product_id">n1</span><span class="name">Boots &amp; laces<br></span>
  <span class="url">https://shop.example/boots</span><span class="image_url">https://shop.example/b.jpg</span>
  <span class="alternate_image_url">https://shop.example/b2.jpg</span>
  <span class="price">90,00</span><span class="list_price">120,00</span><span class="price_currency_code">EUR</span>
  <span class="availability">InStock</span>
  <span class="category">/Women/Shoes</span><span class="category">/Sale</span>
  <span class="tag1">new</span><span class="tag1">leather</span><span class="brand"><b>Acme</b></span>
  <span class="nosto_sku"><span class="id">n1-38</span><span class="name">Boots 38</span><span class="price">80</span></span>
</div><span class="name">Elsewhere</span>
<div class="nosto_product"><span class="product_id">n2</span><span class="name">Laces</span></div></html>`;
  const { items, rows, lines } = await readFeedText([tags]);
  expect(items).toMatchObject([
    {
      id: 'n1',
      title: 'Boots & laces',
      url: 'https://shop.example/boots',
      image: 'https://shop.example/b.jpg',
      images: ['https://shop.example/b2.jpg'],
      price: 90,
      listPrice: 120,
      category: 'Women/Shoes|Sale',
      attributes: { tag1: ['new', 'leather'], brand: 'Acme' },
    },
    { id: 'n2', title: 'Laces' },
  ]);
  expect(rows[0]).toMatchObject({ currency: 'EUR' });
  expect(lines).toEqual([2, 12]);
  const both = tags.replace(
    '<html>',
    '<html><script type="application/ld+json">{"@type":"Product","sku":"s","name":"S"}</script>',
  );
  expect((await readFeedText([both])).items.map(({ id }) => id)).toEqual(['s']);
});

it('takes the lowest price in the currency that it names, and no words for a price', async () => {
  const offers = [
    { price: 'on request' },
    { price: 12, priceCurrency: 'EUR' },
    { price: 10, priceCurrency: 'GBP' },
    { price: 11, priceCurrency: 'EUR' },
  ];
  const { items, rows } = await readFeedText([JSON.stringify({ '@type': 'Product', sku: 'a', name: 'A', offers })]);
  expect([items[0].price, rows[0]]).toMatchObject([11, { currency: 'EUR' }]);
});
