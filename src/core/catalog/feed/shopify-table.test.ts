import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

const VARIANTS = { variants: true };

const HEAD =
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Variant Image,Cost per item,Status';
const ROWS = [
  'hoodie,Hoodie,<p>Warm.</p>,Kangeroo,Apparel > Tops,Tops,"winter, new",true,Size,S,H-S,300,shopify,3,deny,52.00,,https://cdn.example/a.jpg,,21.00,active',
  'hoodie,,,,,,,,,M,H-M,300,shopify,0,deny,40.00,50.00,https://cdn.example/b.jpg,https://cdn.example/m.jpg,21.00,',
  'hoodie,,,,,,,,,,,,,,,,,https://cdn.example/c.jpg,,,',
  'cap,Cap,,,Apparel > Hats > Caps / Visors,,,TRUE,Title,Default Title,,100,,0,deny,9.00,,,,4.00,active',
];
const table = (...rows: string[]) => [[HEAD, ...rows].join('\n')];
const PICTURES = ['a', 'b', 'c'].map((name) => `https://cdn.example/${name}.jpg`);

describe("products of Shopify's table", () => {
  it('are one item each, as in products.json', async () => {
    const { items, lines, rejected } = await readFeedText(table(...ROWS));
    expect(rejected).toEqual([]);
    expect(lines).toEqual([2, 5]);
    expect(items).toEqual([
      {
        id: 'hoodie',
        title: 'Hoodie',
        description: 'Warm.',
        category: 'Apparel/Tops',
        url: '/products/hoodie',
        price: 40,
        listPrice: 50,
        quantity: 3,
        availability: 'in-stock',
        image: PICTURES[0],
        images: PICTURES.slice(1),
        attributes: { Size: ['S', 'M'], brand: 'Kangeroo', tags: ['winter', 'new'] },
      },
      {
        id: 'cap',
        title: 'Cap',
        description: '',
        category: 'Caps - Visors',
        url: '/products/cap',
        price: 9,
        availability: 'in-stock',
        attributes: {},
      },
    ]);
  });

  it('are sold out if no variant is available', async () => {
    const stock = (tracker: string, pieces: string, policy: string) =>
      `x,X,,,,,,,Size,S,X-S,,${tracker},${pieces},${policy},1,,,,,active\nx,,,,,,,,,M,X-M,,shopify,0,deny,1,,,,,`;
    const read = async (...cells: [string, string, string]) => {
      const [{ availability, quantity }] = (await readFeedText(table(stock(...cells)))).items;
      return [availability, quantity];
    };
    expect(await read('shopify', '0', 'deny')).toEqual(['out-of-stock', 0]);
    expect(await read('shopify', '-2', 'deny')).toEqual(['out-of-stock', 0]);
    expect(await read('shopify', '2', 'deny')).toEqual(['in-stock', 2]);
    // The number decides neither: one variant is sold beyond its stock, the other's stock is not counted.
    expect(await read('shopify', '0', 'continue')).toEqual(['in-stock', undefined]);
    expect(await read('', '0', 'deny')).toEqual(['in-stock', undefined]);
    expect(await read('shopify', '', 'deny')).toEqual(['in-stock', undefined]);
  });

  it('are also recognised by the columns of the newer template', async () => {
    const text = [
      'Title,URL handle,Description,Type,Published on online store,Status,SKU,Option1 name,Option1 value,Price,Compare-at price,Cost per item,Inventory tracker,Inventory quantity,Continue selling when out of stock,Product image URL,Variant image URL',
      'Hoodie,hoodie,<p>Warm.</p>,Tops,TRUE,Active,H-S,Size,S,52.00,60.00,21,shopify,0,DENY,https://cdn.example/a.jpg,',
      ',hoodie,,,,,H-M,,M,52.00,,21,shopify,0,CONTINUE,,',
      'Old,old,,Tops,TRUE,Draft,O,,,1,,,,,,,',
    ];
    const { items, rows } = await readFeedText([text.join('\n')]);
    expect(items).toEqual([
      {
        id: 'hoodie',
        title: 'Hoodie',
        description: 'Warm.',
        category: 'Tops',
        url: '/products/hoodie',
        price: 52,
        listPrice: 60,
        availability: 'in-stock',
        image: PICTURES[0],
        attributes: { Size: ['S', 'M'] },
      },
    ]);
    expect(rows.filter((row) => 'unpublished' in row)).toHaveLength(1);
  });

  it('may be mapped by the columns of their first row', async () => {
    const mapping = { id: 'Variant SKU', category: 'Product Category', attributes: ['Variant Grams'] };
    const { items } = await readFeedText(table(ROWS[0], ROWS[1]), { ...mapping, urlBase: 'https://shop.example' });
    expect(items).toMatchObject([
      {
        id: 'H-S',
        category: 'Apparel/Tops',
        price: 40,
        url: 'https://shop.example/products/hoodie',
        attributes: { 'Variant Grams': 300 },
      },
    ]);
  });

  it('are left out and counted if they are drafts, archived, or not in the online store', async () => {
    const variants = ['d', 'e', 'f', 'g'].flatMap((handle) => [
      `${handle},${handle},,,,,,${handle === 'g' ? 'false' : 'true'},Size,S,${handle}-S,,,,,1,,,,,${{ d: 'draft', e: 'archived', f: 'unlisted' }[handle] ?? 'active'}`,
      `${handle},,,,,,,,,M,${handle}-M,,,,,1,,,,,`,
    ]);
    const { items, rejected, rows } = await readFeedText(table(...variants, ROWS[3]));
    expect(items.map(({ id }) => id)).toEqual(['cap']);
    expect(rejected).toEqual([]);
    expect(rows.filter((row) => 'unpublished' in row)).toHaveLength(4);
    expect((await readFeedText(table(...variants, ROWS[3]), VARIANTS)).items.map(({ id }) => id)).toEqual(['cap']);
  });

  it('are refused once, and a bad row between their rows does not split them', async () => {
    const { items, rejected } = await readFeedText(
      table(ROWS[0], 'hoodie,"a" b', ROWS[1], 'x,,,,,,,,Size,S,X-S,,,,,1', 'x,,,,,,,,,M,X-M,,,,,1', ',No handle'),
    );
    expect(items).toMatchObject([{ id: 'hoodie', price: 40 }]);
    expect(rejected).toEqual([
      { file: 'feed', line: 3, field: 'row', reason: expect.stringContaining('text follows') },
      { file: 'feed', line: 5, id: 'x', field: 'title', reason: 'is missing; searched in title' },
      { file: 'feed', line: 7, title: 'No handle', field: 'id', reason: expect.stringMatching(/searched in handle/) },
    ]);
  });

  it('are read in bounded memory however many rows have one handle', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `x,${n === 0 ? 'X' : ''},,,,,,,,${n},X-${n}`);
    expect((await readFeedText(table(...rows))).items.map(({ id }) => id)).toEqual(['x']);
    expect((await readFeedText(table(...rows), VARIANTS)).items).toHaveLength(5000);
  });

  it('does not change other tables', async () => {
    const { items } = await readFeedText(['handle,title,price\na,A,1\na,B,2'], VARIANTS);
    expect(items.map(({ id, group }) => [id, group])).toEqual([['a', undefined]]);
  });
});

describe("variants of Shopify's table", () => {
  it('are its rows, with the product fields of the first row', async () => {
    const { items, lines, rejected } = await readFeedText(table(...ROWS), VARIANTS);
    expect(rejected).toEqual([]);
    expect(lines).toEqual([2, 3, 5]);
    const shared = {
      title: 'Hoodie',
      description: 'Warm.',
      category: 'Apparel/Tops',
      group: 'hoodie',
      url: '/products/hoodie',
    };
    expect(items).toEqual([
      {
        id: 'H-S',
        ...shared,
        price: 52,
        quantity: 3,
        availability: 'in-stock',
        image: PICTURES[0],
        images: PICTURES.slice(1),
        attributes: { Size: 'S', brand: 'Kangeroo', tags: ['winter', 'new'] },
      },
      {
        id: 'H-M',
        ...shared,
        price: 40,
        listPrice: 50,
        quantity: 0,
        availability: 'out-of-stock',
        image: 'https://cdn.example/m.jpg',
        images: PICTURES,
        attributes: { Size: 'M', brand: 'Kangeroo', tags: ['winter', 'new'] },
      },
      {
        id: 'cap',
        title: 'Cap',
        description: '',
        category: 'Caps - Visors',
        group: 'cap',
        url: '/products/cap',
        price: 9,
        availability: 'in-stock',
        attributes: {},
      },
    ]);
  });

  it('are rejected by their own line, by title if they have no id', async () => {
    const text = [ROWS[0], 'hoodie,"a" b', ROWS[1].replace('40.00', '1 or 2'), ROWS[1].replace('H-M', 'H-L')];
    const { items, lines, rejected } = await readFeedText(
      table(...text, 'x,X,,,,,,,Size,S,,,,,,1', 'x,,,,,,,,,M,,,,,,1'),
      VARIANTS,
    );
    expect(items.map(({ id, title }) => [id, title])).toEqual([
      ['H-S', 'Hoodie'],
      ['H-L', 'Hoodie'],
    ]);
    expect(lines).toEqual([2, 5]);
    expect(rejected.map(({ line, field, id, title }) => [line, field, id ?? title])).toEqual([
      [3, 'row', undefined],
      [4, 'price', 'H-M'],
      [6, 'id', 'X'],
      [7, 'id', 'X'],
    ]);
    expect(rejected[2].reason).toMatch(/^is missing; searched in Variant ID, Variant SKU/);
  });

  it('are in the group named by a column of their own row or of the first', async () => {
    const [head, ...rows] = ['Colour Group', ...['hoodie-s', 'hoodie-m']];
    const text = [`${HEAD},${head}`, `${ROWS[0]},${rows[0]}`, `${ROWS[1]},${rows[1]}`];
    const { items } = await readFeedText([text.join('\n')], { ...VARIANTS, group: 'Colour Group' });
    expect(items.map(({ group }) => group)).toEqual(['hoodie-s', 'hoodie-m']);
  });
});
