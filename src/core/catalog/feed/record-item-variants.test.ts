import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

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
        id: 12,
        title: 'M / Blue',
        option1: 'M',
        option2: 'Blue',
        price: '40.00',
        compare_at_price: '50.00',
        available: false,
        inventory_quantity: 0,
        image_id: 8,
      },
      { id: 13, option1: 'M', option2: 'Red', price: '52', featured_image: { src: 'https://cdn.example/c.jpg' } },
    ],
  };
  const feed = (...products: object[]) => [JSON.stringify({ products })];

  it('are separate items with the text of the product', async () => {
    const { items, lines, rejected } = await readFeedText(feed(product), { ...VARIANTS, urlBase: 'https://s.example' });
    expect(rejected).toEqual([]);
    expect(lines).toEqual([1, 1, 1]);
    const shared = { title: 'Hoodie', description: 'Warm.', category: 'Tops', group: 'hoodie' };
    const facts = { brand: 'Kangeroo', tags: ['winter', 'new'] };
    expect(items).toEqual([
      {
        id: '11',
        ...shared,
        price: 52,
        availability: 'in-stock',
        image: 'https://cdn.example/a.jpg',
        images: ['https://cdn.example/b.jpg'],
        url: 'https://s.example/products/hoodie?variant=11',
        attributes: { Size: 'S', Color: 'Red', ...facts },
      },
      {
        id: '12',
        ...shared,
        price: 40,
        listPrice: 50,
        availability: 'out-of-stock',
        quantity: 0,
        image: 'https://cdn.example/b.jpg',
        images: ['https://cdn.example/a.jpg'],
        url: 'https://s.example/products/hoodie?variant=12',
        attributes: { Size: 'M', Color: 'Blue', ...facts },
      },
      {
        id: '13',
        ...shared,
        price: 52,
        availability: 'in-stock',
        image: 'https://cdn.example/c.jpg',
        images: ['https://cdn.example/a.jpg', 'https://cdn.example/b.jpg'],
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
      feed(
        product,
        { ...product, handle: 'b', variants: [{ sku: 'B', price: '1 or 2' }] },
        { handle: 'c', title: 'C' },
      ),
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

  it('are the product itself if it has no options', async () => {
    const plain = { handle: 'cap', title: 'Cap', variants: [{ id: 5, option1: 'Default Title', price: '9' }] };
    const { items } = await readFeedText(
      feed({ ...plain, options: [{ name: 'Title', values: ['Default Title'] }] }, { handle: 'd', title: 'D' }),
      VARIANTS,
    );
    expect(items).toMatchObject([{ id: '5', group: 'cap', price: 9, attributes: {} }, { id: 'd' }]);
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
        '@type': 'Product',
        sku: 'C1-S',
        name: 'Coat - small',
        size: 'S',
        color: 'Green',
        offers: { price: 20, availability: 'SoldOut', url: 'https://s.example/coat?size=s' },
      },
      { '@type': 'Product', sku: 'C1-M', size: 'M', image: 'https://cdn.example/m.jpg', offers: { price: 18 } },
      { '@type': 'Product', url: 'https://s.example/coat?size=l' },
    ],
  };

  it('are separate items with the texts of the group', async () => {
    const { items, rejected } = await readFeedText([JSON.stringify(group)], VARIANTS);
    expect(rejected).toEqual([]);
    const shared = { title: 'Coat', description: 'Wool.', category: '', group: 'C1' };
    expect(items).toEqual([
      {
        id: 'C1-S',
        ...shared,
        price: 20,
        availability: 'out-of-stock',
        image: 'https://cdn.example/c.jpg',
        url: 'https://s.example/coat?size=s',
        attributes: { brand: 'Acme', size: 'S', color: 'Green' },
      },
      {
        id: 'C1-M',
        ...shared,
        price: 18,
        availability: 'in-stock',
        image: 'https://cdn.example/m.jpg',
        url: 'https://s.example/coat',
        attributes: { brand: 'Acme', size: 'M' },
      },
    ]);
    expect((await readFeedText([JSON.stringify(group)])).items).toMatchObject([{ id: 'C1', price: 18 }]);
  });

  it('share a group if separate nodes or pages describe them', async () => {
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
