import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../testing/feeds';

const VARIANTS = { variants: true };

describe("variants of Shopify's products.json", () => {
  const product = {
    id: 1,
    handle: 'hoodie',
    title: 'Hoodie',
    body_html: '<p>Warm.</p>',
    vendor: 'Kangeroo',
    product_type: 'Tops',
    tags: ['winter', 'new'],
    options: [
      { name: 'Size', position: 1, values: ['S', 'M'] },
      { name: 'Color', position: 2, values: ['Red', 'Blue'] },
    ],
    images: [
      { id: 7, src: 'https://cdn.example/a.jpg' },
      { id: 8, src: 'https://cdn.example/b.jpg' },
    ],
    variants: [
      { id: 11, title: 'S / Red', option1: 'S', option2: 'Red', price: '52.00', available: true, sku: 'H-S-R' },
      {
        ...{ id: 12, title: 'M / Blue', option1: 'M', option2: 'Blue', price: '40.00', compare_at_price: '50.00' },
        ...{ available: false, inventory_quantity: 0, image_id: 8 },
      },
      { id: 13, option1: 'M', option2: 'Red', price: '52', featured_image: { src: 'https://cdn.example/c.jpg' } },
    ],
  };
  const feed = (...products: object[]) => [JSON.stringify({ products })];

  it('are items of their own with the text of the product', async () => {
    const { items, lines, rejected } = await readFeedText(feed(product), { ...VARIANTS, urlBase: 'https://s.example' });
    expect(rejected).toEqual([]);
    expect(lines).toEqual([1, 1, 1]);
    const shared = { title: 'Hoodie', description: 'Warm.', category: 'Tops', group: 'hoodie' };
    const facts = { brand: 'Kangeroo', tags: ['winter', 'new'] };
    expect(items).toEqual([
      {
        ...{ id: '11', ...shared, price: 52, availability: 'in-stock' },
        ...{ image: 'https://cdn.example/a.jpg', images: ['https://cdn.example/b.jpg'] },
        url: 'https://s.example/products/hoodie?variant=11',
        attributes: { Size: 'S', Color: 'Red', ...facts },
      },
      {
        ...{ id: '12', ...shared, price: 40, listPrice: 50, availability: 'out-of-stock', quantity: 0 },
        ...{ image: 'https://cdn.example/b.jpg', images: ['https://cdn.example/a.jpg'] },
        url: 'https://s.example/products/hoodie?variant=12',
        attributes: { Size: 'M', Color: 'Blue', ...facts },
      },
      {
        ...{ id: '13', ...shared, price: 52, availability: 'in-stock' },
        ...{ image: 'https://cdn.example/c.jpg', images: ['https://cdn.example/a.jpg', 'https://cdn.example/b.jpg'] },
        url: 'https://s.example/products/hoodie?variant=13',
        attributes: { Size: 'M', Color: 'Red', ...facts },
      },
    ]);
  });

  it('are one item by default', async () => {
    const { items } = await readFeedText(feed(product));
    expect(items).toMatchObject([{ id: 'hoodie', price: 40, attributes: { Size: ['S', 'M'] } }]);
    expect(items[0].group).toBeUndefined();
  });

  it('may be mapped by their path, and rejected rows name product and variant', async () => {
    const mapping = { ...VARIANTS, id: 'variants.0.sku' };
    const { items, rejected } = await readFeedText(
      feed(product, { ...product, handle: 'b', variants: [{ sku: 'B', price: 'cheap' }] }, { handle: 'c', title: 'C' }),
      mapping,
    );
    expect(items.map(({ id }) => id)).toEqual(['H-S-R']);
    expect(rejected.map(({ line, field, id }) => [line, field, id])).toEqual([
      [1, 'id', undefined],
      [1, 'id', undefined],
      [2, 'price', 'B'],
      [3, 'id', undefined],
    ]);
  });

  it('are the product itself where it has no options', async () => {
    const plain = { handle: 'cap', title: 'Cap', variants: [{ id: 5, option1: 'Default Title', price: '9' }] };
    const { items } = await readFeedText(
      feed({ ...plain, options: [{ name: 'Title', values: ['Default Title'] }] }, { handle: 'd', title: 'D' }),
      VARIANTS,
    );
    expect(items).toMatchObject([{ id: '5', group: 'cap', price: 9, attributes: {} }, { id: 'd' }]);
  });
});

describe("variants of Shopify's CSV export", () => {
  const HEAD =
    'Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Variant Image';
  const ROWS = [
    'hoodie,Hoodie,<p>Warm.</p>,Kangeroo,Tops,"winter, new",Size,S,H-S,shopify,3,deny,52.00,,https://cdn.example/a.jpg,',
    'hoodie,,,,,,,M,H-M,shopify,0,deny,40.00,50.00,https://cdn.example/b.jpg,https://cdn.example/m.jpg',
    'hoodie,,,,,,,,,,,,,,https://cdn.example/c.jpg,',
    'cap,Cap,,,,,Title,Default Title,,,0,deny,9.00,,,',
  ];

  it('are its rows, with what the first row says of the product', async () => {
    const { items, lines, rejected } = await readFeedText([[HEAD, ...ROWS].join('\n')], VARIANTS);
    expect(rejected).toEqual([]);
    expect(lines).toEqual([2, 3, 5]);
    const shared = {
      title: 'Hoodie',
      description: 'Warm.',
      category: 'Tops',
      group: 'hoodie',
      url: '/products/hoodie',
    };
    const pictures = ['a', 'b', 'c'].map((name) => `https://cdn.example/${name}.jpg`);
    expect(items).toEqual([
      {
        ...{ id: 'H-S', ...shared, price: 52, quantity: 3, availability: 'in-stock' },
        ...{ image: pictures[0], images: pictures.slice(1) },
        attributes: { Size: 'S', brand: 'Kangeroo', tags: ['winter', 'new'] },
      },
      {
        ...{ id: 'H-M', ...shared, price: 40, listPrice: 50, quantity: 0, availability: 'out-of-stock' },
        ...{ image: 'https://cdn.example/m.jpg', images: pictures },
        attributes: { Size: 'M', brand: 'Kangeroo', tags: ['winter', 'new'] },
      },
      {
        ...{ id: 'cap', title: 'Cap', description: '', category: '', group: 'cap', url: '/products/cap' },
        ...{ price: 9, quantity: 0, availability: 'in-stock', attributes: {} },
      },
    ]);
  });

  it('are the first row alone by default, and the others duplicates', async () => {
    const { items, rejected } = await readFeedText([[HEAD, ...ROWS].join('\n')]);
    expect(items.map(({ id }) => id)).toEqual(['hoodie', 'cap']);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'already used in line 2'],
      [4, 'already used in line 2'],
    ]);
  });

  it('are rejected by their own line, and a bad row between them does not part them', async () => {
    const text = [HEAD, ROWS[0], 'hoodie,"a" b', ROWS[1].replace('40.00', 'cheap'), ROWS[1].replace('H-M', 'H-L')];
    const { items, lines, rejected } = await readFeedText(
      [[...text, 'x,X,,,,,Size,S,,,,,1', 'x,,,,,,,M,,,,,1'].join('\n')],
      VARIANTS,
    );
    expect(items.map(({ id, title }) => [id, title])).toEqual([
      ['H-S', 'Hoodie'],
      ['H-L', 'Hoodie'],
    ]);
    expect(lines).toEqual([2, 5]);
    expect(rejected.map(({ line, field, id }) => [line, field, id])).toEqual([
      [3, 'row', undefined],
      [4, 'price', 'H-M'],
      [6, 'id', undefined],
      [7, 'id', undefined],
    ]);
  });

  it('leaves other tables alone', async () => {
    const { items } = await readFeedText(['handle,title,price\na,A,1\nb,B,2'], VARIANTS);
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });
});

describe('variants of a schema.org ProductGroup', () => {
  const group = {
    '@type': 'ProductGroup',
    '@id': '#coat',
    productGroupID: 'C1',
    name: 'Coat',
    description: 'Wool.',
    brand: { name: 'Acme' },
    image: 'https://cdn.example/c.jpg',
    url: 'https://s.example/coat',
    hasVariant: [
      {
        ...{ '@type': 'Product', sku: 'C1-S', name: 'Coat - small', size: 'S', color: 'Green' },
        offers: { price: 20, availability: 'SoldOut', url: 'https://s.example/coat?size=s' },
      },
      { '@type': 'Product', sku: 'C1-M', size: 'M', image: 'https://cdn.example/m.jpg', offers: { price: 18 } },
      { '@type': 'Product', url: 'https://s.example/coat?size=l' },
    ],
  };

  it('are items of their own with the texts of the group', async () => {
    const { items, rejected } = await readFeedText([JSON.stringify(group)], VARIANTS);
    expect(rejected).toEqual([]);
    const shared = { title: 'Coat', description: 'Wool.', category: '', group: 'C1' };
    expect(items).toEqual([
      {
        ...{ id: 'C1-S', ...shared, price: 20, availability: 'out-of-stock', image: 'https://cdn.example/c.jpg' },
        url: 'https://s.example/coat?size=s',
        attributes: { brand: 'Acme', size: 'S', color: 'Green' },
      },
      {
        ...{ id: 'C1-M', ...shared, price: 18, availability: 'in-stock', image: 'https://cdn.example/m.jpg' },
        url: 'https://s.example/coat',
        attributes: { brand: 'Acme', size: 'M' },
      },
    ]);
    expect((await readFeedText([JSON.stringify(group)])).items).toMatchObject([{ id: 'C1', price: 18 }]);
  });

  it('are of one group where nodes or pages of their own describe them', async () => {
    const { hasVariant: _, ...parent } = group;
    const nodes = [
      { ...parent, hasVariant: [{ '@id': '#s' }] },
      { '@type': 'Product', '@id': '#s', sku: 'C1-S', name: 'Coat', isVariantOf: { '@id': '#coat' } },
    ];
    const { items } = await readFeedText([JSON.stringify({ '@graph': nodes })], VARIANTS);
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ['C1', 'C1'],
      ['C1-S', 'C1'],
    ]);
    // An id within a page says nothing of another page's products.
    const { items: alone } = await readFeedText([JSON.stringify(nodes[1])]);
    expect(alone[0].group).toBeUndefined();
  });
});
