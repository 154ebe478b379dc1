import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { readFeedText } from '../../../testing/feeds';
import { encodeItems } from './bundle/bundle-file';
import { itemSchema } from './item';

/** Beyond the largest 32-bit float, which is how the ranking stores numbers of items. */
const BEYOND = 3.5e38;
const FINITE = 'must be a number between -3.4e38 and 3.4e38';

describe('numbers of a product', () => {
  it.each([
    ['price', '"price":1e999', 'price'],
    ['a price that a 32-bit float cannot hold', '"price":1e39', 'price'],
    ['lowered price', '"price":5,"sale_price":1e999', 'price'],
    ['popularity', '"popularity":1e39', 'popularity'],
    ['number of a column', '"weight":1e999', 'attributes.weight'],
    ['number of an attribute', '"attributes":{"weight":-1e39}', 'attributes.weight'],
  ])('are refused when they are not finite: %s', async (_, fields, field) => {
    const { items, rejected } = await readFeedText([`{"id":"a","title":"A"}\n{"id":"b","title":"B",${fields}}\n`]);
    expect(items.map(({ id }) => id)).toEqual(['a']);
    expect(rejected).toEqual([{ file: 'feed', line: 2, id: expect.any(String), field, reason: FINITE }]);
  });

  it.each([
    ['products.json', '{"products":[{"handle":"a","title":"A","variants":[{"price":1e999}]}]}'],
    ['JSON-LD', '{"@type":"Product","sku":"a","name":"A","offers":{"price":1e999}}'],
  ])('are refused in %s too', async (_, text) => {
    const { items, rejected } = await readFeedText([text]);
    expect(items).toEqual([]);
    expect(rejected).toMatchObject([{ id: 'a', field: 'price', reason: FINITE }]);
  });

  it('are kept up to the largest that a 32-bit float holds', async () => {
    const { items, rejected } = await readFeedText([
      '{"id":"a","title":"A","popularity":3.4e38,"attributes":{"n":-3.4e38}}',
    ]);
    expect(rejected).toEqual([]);
    expect(items).toMatchObject([{ popularity: 3.4e38, attributes: { n: -3.4e38 } }]);
  });

  it('stay texts in a table if they exceed 32-bit floats', async () => {
    const { items, rejected } = await readFeedText(['id,title,model,year\na,A,1e+39,1999\n']);
    expect(rejected).toEqual([]);
    expect(items[0].attributes).toEqual({ model: '1e+39', year: 1999 });
  });

  it('are refused as ids if they are too large to be exact', async () => {
    const { items, rejected } = await readFeedText([
      '{"id":9007199254740991,"title":"A"}\n{"id":12345678901234567890,"title":"B"}\n{"id":1e999,"title":"C"}\n',
    ]);
    expect(items.map(({ id }) => id)).toEqual(['9007199254740991']);
    expect(rejected.map(({ line, field, reason }) => [line, field, reason])).toEqual([
      [2, 'id', expect.stringContaining('write the id in quotes')],
      [3, 'id', expect.stringContaining('write the id in quotes')],
    ]);
  });

  it.each([
    [{ price: Number.POSITIVE_INFINITY }, 'price'],
    [{ price: Number.NaN }, 'price'],
    [{ popularity: BEYOND }, 'popularity'],
    [{ attributes: { weight: Number.NEGATIVE_INFINITY } }, 'attributes.weight'],
  ])('are refused when a bundle is written, if they are not finite: %o', (more, field) => {
    expect(() => encodeItems([makeItem('a'), makeItem('b', more)])).toThrowError(
      expect.objectContaining({ code: 'bundle/invalid', message: expect.stringContaining(`"b", field ${field}: `) }),
    );
  });
});

describe('half a surrogate pair', () => {
  const HALF = '\ud83d';

  it('becomes the replacement character in every text of an item', () => {
    const input = {
      id: `i${HALF}`,
      title: `${HALF}t`,
      description: `d${HALF}`,
      category: `c${HALF}`,
      image: `${HALF}.jpg`,
      url: `/${HALF}`,
      attributes: { [`n${HALF}`]: `v${HALF}`, whole: '😀' },
    };
    const item = v.parse(itemSchema, input);
    expect(item).toMatchObject({ id: 'i\uFFFD', title: '\uFFFDt', url: '/\uFFFD' });
    expect(item.attributes).toEqual({ 'n\uFFFD': 'v\uFFFD', whole: '😀' });
    expect(JSON.stringify(item)).not.toMatch(/\\ud83d/);
    expect(() => encodeURIComponent(Object.values(item).join())).not.toThrow();
  });

  it('does not cause a product to be refused, unlike text in another encoding', async () => {
    const { items, rejected } = await readFeedText([
      '{"id":"a","title":"Cut off \\ud83d"}\n{"id":"b","title":"Caf\uFFFD"}\n',
    ]);
    expect(items).toMatchObject([{ id: 'a', title: 'Cut off \uFFFD' }]);
    expect(rejected).toMatchObject([{ id: 'b', field: 'title', reason: expect.stringContaining('UTF-8') }]);
  });

  it('does not arise when a title is cut from a description', async () => {
    const { items } = await readFeedText([JSON.stringify({ id: 'a', description: `x${'😀'.repeat(100)}` })]);
    expect(items[0].title).toMatch(/^x(😀)+…$/u);
  });
});

describe('a rejected row', () => {
  it('is short even with long values or names, or many bad fields', async () => {
    const long = 'x'.repeat(100_000);
    const rows = [
      { id: long, title: 'A' },
      { id: 'b', title: 'B', popularity: long },
      { id: 'c', title: 'C', attributes: { [long]: null } },
      { id: 'd', title: 'D', attributes: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [i, null])) },
    ];
    const { rejected } = await readFeedText([rows.map((row) => JSON.stringify(row)).join('\n')]);
    expect(new Set(rejected.map(({ line }) => line))).toEqual(new Set([1, 2, 3, 4]));
    expect(JSON.stringify(rejected).length).toBeLessThan(10_000);
    expect(rejected.at(-1)).toMatchObject({ line: 4, field: 'row', reason: expect.stringContaining('4980 more') });
  });
});
