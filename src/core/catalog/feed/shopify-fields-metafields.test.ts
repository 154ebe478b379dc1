import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

const META = {
  Color: 'product.metafields.shopify.color-pattern',
  Material: 'product.metafields.custom.material',
  'custom.care': 'product.metafields.custom.care',
  Weight: 'product.metafields.custom.weight',
  Badges: 'product.metafields.custom.badges',
  'Size chart': 'product.metafields.custom.size_chart',
  Guide: 'product.metafields.custom.guide',
  Story: 'product.metafields.custom.story',
  'Wholesale price': 'product.metafields.custom.wholesale',
  'Google: Custom Product': 'product.metafields.mm-google-shopping.custom_product',
  'Product rating': 'product.metafields.reviews.rating',
  'Product rating count': 'product.metafields.reviews.rating_count',
  'Complementary products': 'product.metafields.shopify--discovery--product_recommendation.complementary_products',
  'Related products': 'product.metafields.shopify--discovery--product_recommendation.related_products',
  Swatch: 'variant.metafields.custom.swatch',
};
const COLUMNS = ['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Variant SKU', 'Variant Price'];
const HEAD = [...COLUMNS, ...Object.entries(META).map(([name, field]) => `${name} (${field})`)];

/** A row of the admin's export. */
function row(cells: Record<string, string>): string {
  const names = [...COLUMNS, ...Object.keys(META)];
  return names.map((name) => `"${(cells[name] ?? '').replaceAll('"', '""')}"`).join(',');
}
const table = (...rows: Record<string, string>[]) => [[HEAD.join(','), ...rows.map(row)].join('\n')];

const SHIRT = {
  Handle: 'shirt',
  Title: 'Shirt',
  'Option1 Name': 'Size',
  'Option1 Value': 'M',
  'Variant SKU': 'S-M',
  'Variant Price': '20.00',
};

describe("metafields of Shopify's export", () => {
  it('are attributes with the name that people read', async () => {
    const { items, rows } = await readFeedText(
      table({
        ...SHIRT,
        Color: 'dark-blue; white',
        Material: 'Linen',
        'custom.care': 'Wash cold, dry flat',
        Weight: '{"value":0.4,"unit":"KILOGRAMS"}',
        Badges: '["New","Fair trade"]',
        'Size chart': 'gid://shopify/Metaobject/123',
        Guide: 'https://cdn.shopify.com/guide.pdf',
        Story: '{"type":"root","children":[]}',
        'Wholesale price': '9.00',
        'Google: Custom Product': 'false',
        'Product rating': '{"scale_min":"1.0","scale_max":"5.0","value":"4.5"}',
        'Product rating count': '12',
        'Complementary products': 'trousers; belt',
        'Related products': 'jacket',
      }),
    );
    expect(items[0].attributes).toEqual({
      Size: 'M',
      Color: ['dark-blue', 'white'],
      Material: 'Linen',
      Care: 'Wash cold, dry flat',
      Weight: '0.4 kilograms',
      Badges: ['New', 'Fair trade'],
    });
    expect(items[0].rating).toEqual({ value: 4.5, count: 12 });
    expect(rows[0]).toMatchObject({
      leftOut: ['Size chart', 'Guide', 'Story'],
      complements: ['trousers', 'belt'],
    });
  });

  it('do not replace options, and belong to one variant if they are its own', async () => {
    const cells = { ...SHIRT, 'Option1 Name': 'Color', 'Option1 Value': 'Navy', Color: 'navy', Swatch: '#000080' };
    const other = { Handle: 'shirt', 'Option1 Value': 'White', 'Variant SKU': 'S-W', 'Variant Price': '20.00' };
    const feed = table({ ...cells, Material: 'Linen' }, other);
    const { items } = await readFeedText(feed, { variants: true });
    expect(items.map(({ attributes }) => attributes)).toEqual([
      { Color: 'Navy', Swatch: '#000080', Material: 'Linen' },
      { Color: 'White', Material: 'Linen' },
    ]);
    const [whole] = (await readFeedText(feed)).items;
    expect(whole.attributes).toEqual({ Color: ['Navy', 'White'], Material: 'Linen' });
  });

  it('are only those that a mapping names, if it names attributes', async () => {
    const feed = table({ ...SHIRT, Material: 'Linen', Color: 'white', 'Size chart': 'gid://shopify/Metaobject/1' });
    const mapping = { attributes: { fabric: 'Material (product.metafields.custom.material)' } };
    const { items, rows } = await readFeedText(feed, mapping);
    expect(items[0].attributes).toEqual({ fabric: 'Linen' });
    expect(rows[0]).not.toHaveProperty('leftOut');
  });
});

it('are read from a list, as the APIs write them', async () => {
  const metafields = [
    { namespace: 'custom', key: 'care_instructions', value: 'Wash cold' },
    { namespace: 'custom', key: 'material', value: 'Linen', definition: { name: 'Fabric' } },
    { namespace: 'custom', key: 'chart', value: '["gid://shopify/Metaobject/1"]' },
    { namespace: 'custom', key: '__proto__', value: '["a","b"]' },
    { namespace: 'custom', key: 'cost', value: '3' },
    { key: 'loose', value: 'x' },
    'text',
  ];
  const product = (list: unknown) => ({
    handle: 'shirt',
    title: 'Shirt',
    variants: [{ id: 1, price: '20.00', metafields: [{ namespace: 'custom', key: 'swatch', value: '#000080' }] }],
    metafields: list,
  });
  const read = async (list: unknown, variants = false) => {
    const { rows, items } = await readFeedText([JSON.stringify({ products: [product(list)] })], { variants });
    return { row: rows[0], attributes: items[0].attributes };
  };
  const told = { 'Care instructions': 'Wash cold', Fabric: 'Linen', Proto: ['a', 'b'] };
  const { row: found, attributes } = await read(metafields);
  expect(attributes).toEqual(told);
  expect(found).toMatchObject({ leftOut: ['Chart'] });
  expect((await read({ nodes: metafields })).attributes).toEqual(told);
  expect((await read({ edges: metafields.map((node) => ({ node })) }, true)).attributes).toEqual({
    Swatch: '#000080',
    ...told,
  });
  expect((await read('none')).attributes).toEqual({});
});
