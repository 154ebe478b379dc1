import { expect, it } from 'vitest';
import { readFeedText } from '../../../testing/feeds';

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
