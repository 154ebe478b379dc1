import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

// Written after WooCommerce's documentation of its product CSV and of its Store API.
const HEAD =
  'ID,Type,SKU,Name,Published,"Is featured?","Visibility in catalog","Short description",Description,"Date sale price starts","Date sale price ends","In stock?",Stock,"Backorders allowed?","Sale price","Regular price",Categories,Tags,Images,Parent,"Attribute 1 name","Attribute 1 value(s)","Attribute 1 visible","Attribute 2 name","Attribute 2 value(s)","Cost of goods"';
/** A row by the names of its columns. */
const row = (cells: Record<string, string>): string =>
  HEAD.split(',')
    .map((name) => `"${(cells[name.replaceAll('"', '')] ?? '').replaceAll('"', '""')}"`)
    .join(',');
const table = (...rows: Record<string, string>[]): string[] => [[HEAD, ...rows.map(row)].join('\n')];

const CAP = {
  ID: '7',
  Type: 'simple',
  SKU: 'CAP',
  Name: 'Cap &amp; pin',
  Published: '1',
  'In stock?': '1',
  Stock: '4',
  'Short description': 'Short.',
  Description: '<p>Warm.</p>\\n<p>Soft, C:\\\\new</p>',
  'Regular price': '12,50',
  'Sale price': '9,90',
  Categories: 'Men, Men > Hats, Gifts\\, small',
  Tags: 'winter, new',
  Images: 'https://s.example/a.jpg, https://s.example/b.jpg',
  'Attribute 1 name': 'Material',
  'Attribute 1 value(s)': 'Wool, Silk',
  'Cost of goods': '3',
};
const SHIRT = {
  ID: '10',
  Type: 'variable',
  SKU: 'SHIRT',
  Name: 'Shirt',
  Published: '1',
  'In stock?': '1',
  Categories: 'Men',
  Description: 'Linen.',
  Images: 'https://s.example/s.jpg, https://s.example/t.jpg',
  'Attribute 1 name': 'Size',
  'Attribute 1 value(s)': 'S, M',
  'Attribute 2 name': 'Fabric',
  'Attribute 2 value(s)': 'Linen',
};
const SMALL = {
  ID: '11',
  Type: 'variation',
  SKU: 'SHIRT-S',
  Name: 'Shirt - S',
  Published: '1',
  'In stock?': '0',
  Stock: '0',
  'Regular price': '30',
  Parent: 'SHIRT',
  'Attribute 1 name': 'Size',
  'Attribute 1 value(s)': 'S',
};
const MEDIUM = {
  ID: '12',
  Type: 'variation',
  Name: 'Shirt - M',
  Published: '1',
  'In stock?': '1',
  Stock: '2',
  'Regular price': '35',
  'Sale price': '28',
  Parent: 'id:10',
  Images: 'https://s.example/m.jpg',
  'Attribute 1 name': 'Size',
  'Attribute 1 value(s)': 'M',
};
const VARIANTS = { variants: true };

describe("products of WooCommerce's CSV", () => {
  it('are read without a mapping, a variable product with the price and stock of its variations', async () => {
    // Sorted by id, so variations that were added later are far from their product.
    const { items, lines, rejected } = await readFeedText(table(SHIRT, CAP, SMALL, MEDIUM));
    expect(rejected).toEqual([]);
    expect(lines).toEqual([3, 2]);
    expect(items).toEqual([
      {
        id: '7',
        title: 'Cap & pin',
        description: 'Warm. Soft, C:\\new',
        category: 'Men/Hats|Gifts, small',
        price: 9.9,
        listPrice: 12.5,
        quantity: 4,
        availability: 'in-stock',
        image: 'https://s.example/a.jpg',
        images: ['https://s.example/b.jpg'],
        url: '/?p=7',
        attributes: { Material: ['Wool', 'Silk'], tags: ['winter', 'new'] },
      },
      {
        id: '10',
        title: 'Shirt',
        description: 'Linen.',
        category: 'Men',
        price: 28,
        listPrice: 35,
        quantity: 2,
        availability: 'in-stock',
        image: 'https://s.example/s.jpg',
        images: ['https://s.example/t.jpg'],
        url: '/?p=10',
        attributes: { Size: ['S', 'M'], Fabric: 'Linen' },
      },
    ]);
  });

  it('are one item for each variation with "variants", with the texts and the page of the product', async () => {
    const { items, lines } = await readFeedText(table(SMALL, CAP, SHIRT, MEDIUM), VARIANTS);
    expect(lines).toEqual([3, 2, 5]);
    const shared = { title: 'Shirt', description: 'Linen.', category: 'Men', group: '10', url: '/?p=10' };
    expect(items.slice(1)).toEqual([
      {
        id: '11',
        ...shared,
        price: 30,
        quantity: 0,
        availability: 'out-of-stock',
        image: 'https://s.example/s.jpg',
        images: ['https://s.example/t.jpg'],
        attributes: { Size: 'S', Fabric: 'Linen' },
      },
      {
        id: '12',
        ...shared,
        price: 28,
        listPrice: 35,
        quantity: 2,
        availability: 'in-stock',
        image: 'https://s.example/m.jpg',
        images: ['https://s.example/s.jpg', 'https://s.example/t.jpg'],
        attributes: { Size: 'M', Fabric: 'Linen' },
      },
    ]);
  });

  it('have no sale price with dates, and are ordered for later or counted as the shop says', async () => {
    const dated = { ...CAP, 'Date sale price ends': '2026-12-24' };
    const later = { ...CAP, ID: '8', 'In stock?': 'backorder', 'Backorders allowed?': '1', Stock: '-3' };
    const shared = { ...MEDIUM, Stock: 'parent' };
    const { items } = await readFeedText(table(dated, later, { ...SHIRT, Stock: '6' }, shared), VARIANTS);
    expect(items).toMatchObject([{ price: 12.5 }, { availability: 'preorder' }, { id: '12', quantity: 6 }]);
    expect(items[0].listPrice).toBeUndefined();
    expect(items[1].quantity).toBeUndefined();
  });

  it('are left out if they are drafts, private, in review or hidden, and so are their variations', async () => {
    const states = ["'-1", '0', '2'].map((Published, n) => ({ ...CAP, ID: String(20 + n), Published }));
    const hidden = { ...CAP, ID: '30', 'Visibility in catalog': 'hidden' };
    const rows = table(...states, hidden, { ...SHIRT, Published: '0' }, MEDIUM);
    for (const mapping of [{}, VARIANTS]) {
      const { items, rejected, rows: read } = await readFeedText(rows, mapping);
      expect([items, rejected]).toEqual([[], []]);
      expect(read.filter((one) => 'unpublished' in one)).toHaveLength(5);
    }
  });

  it('may be mapped by their columns, a variation by its own first', async () => {
    const mapping = {
      ...VARIANTS,
      id: 'SKU',
      urlBase: 'https://shop.example',
      attributes: { made: 'Attribute 2 value(s)' },
    };
    const { items } = await readFeedText(table(SHIRT, SMALL), mapping);
    expect(items).toMatchObject([{ id: 'SHIRT-S', url: 'https://shop.example/?p=10', attributes: { made: 'Linen' } }]);
  });

  it('are refused by line: a variation without its product, an invalid price', async () => {
    const { rejected } = await readFeedText(table(MEDIUM, { ...CAP, 'Regular price': '1 or 2', 'Sale price': '' }));
    expect(rejected).toEqual([
      { file: 'feed', line: 3, id: '7', field: 'price', reason: 'must be number, not "1 or 2"' },
      { file: 'feed', line: 2, field: 'row', reason: 'is a variation of id:10, which is not in the file' },
    ]);
  });

  it('does not change other tables with a type and a name', async () => {
    const { items } = await readFeedText(['id,type,name,stock\na,variable,A,3'], VARIANTS);
    expect(items).toMatchObject([{ id: 'a', category: 'variable' }]);
  });
});

it("refuses WooCommerce's export of orders by its name", async () => {
  const head = 'Date,"Order #","N. Revenue (formatted)",Status,Customer,"Customer type","Product(s)","Items sold"\n';
  await expect(readFeedText([head])).rejects.toThrow("WooCommerce's export of orders, not of products");
});

describe("products of WooCommerce's Store API", () => {
  const prices = (price: string, regular_price = price) => ({
    prices: { price, regular_price, sale_price: price, currency_code: 'EUR', currency_minor_unit: 2 },
  });
  const terms = (...values: string[]) => values.map((name) => ({ name, slug: name.toLowerCase() }));
  const shirt = {
    id: 10,
    name: 'Shirt &amp; tie',
    parent: 0,
    type: 'variable',
    permalink: 'https://s.example/product/shirt/',
    description: '',
    short_description: '<p>Linen.</p>',
    ...prices('2800', '3500'),
    is_in_stock: true,
    is_on_backorder: false,
    low_stock_remaining: null,
    average_rating: '4.50',
    review_count: 2,
    images: [{ id: 1, src: 'https://s.example/s.jpg' }],
    categories: [{ name: 'Men' }, { name: 'Summer' }],
    tags: [{ name: 'new' }],
    brands: [{ name: 'Acme' }],
    attributes: [{ name: 'Size', terms: terms('Small', 'Medium') }],
    variations: [
      { id: 11, attributes: [{ name: 'Size', value: 'small' }] },
      { id: 12, attributes: [{ name: 'Size', value: null }] },
    ],
  };
  const variation = (id: number) => ({
    id,
    name: 'Shirt',
    parent: 10,
    type: 'variation',
    ...prices('3000'),
    is_in_stock: id === 11,
    attributes: [],
    permalink: `https://s.example/product/shirt/?attribute_size=${id}`,
    images: [],
    low_stock_remaining: 1,
  });
  // Pages that a script appended to one file.
  const text = [JSON.stringify([shirt]), JSON.stringify([variation(11), variation(12)])];

  it('have prices in the smallest unit of a currency', async () => {
    const { items, rows } = await readFeedText([text[0]]);
    expect(items).toEqual([
      {
        id: '10',
        title: 'Shirt & tie',
        description: 'Linen.',
        category: 'Men|Summer',
        price: 28,
        listPrice: 35,
        availability: 'in-stock',
        image: 'https://s.example/s.jpg',
        url: 'https://s.example/product/shirt/',
        rating: { value: 4.5, count: 2 },
        attributes: { Size: ['Small', 'Medium'], brand: 'Acme', tags: ['new'] },
      },
    ]);
    expect(rows).toMatchObject([{ currency: 'EUR', unit: 'product' }]);
    const yen = { ...shirt, prices: { price: '2800', currency_minor_unit: 0 } };
    expect((await readFeedText([JSON.stringify([yen])])).items).toMatchObject([{ price: 2800 }]);
    const unpriced = { ...shirt, ...prices('0'), is_purchasable: false };
    expect((await readFeedText([JSON.stringify([unpriced])])).items[0].price).toBeUndefined();
  });

  it('are one item for each variation with "variants", with its own address and attributes', async () => {
    const { items } = await readFeedText(text, VARIANTS);
    expect(items).toMatchObject([
      {
        id: '11',
        group: '10',
        price: 30,
        availability: 'in-stock',
        quantity: 1,
        url: 'https://s.example/product/shirt/?attribute_size=11',
        attributes: { Size: 'Small', brand: 'Acme', tags: ['new'] },
      },
      {
        id: '12',
        group: '10',
        price: 30,
        availability: 'out-of-stock',
        quantity: 1,
        url: 'https://s.example/product/shirt/?attribute_size=12',
        attributes: { Size: ['Small', 'Medium'], brand: 'Acme', tags: ['new'] },
      },
    ]);
  });
});
