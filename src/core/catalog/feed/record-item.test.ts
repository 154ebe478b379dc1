import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../testing/feeds';
import { parseFeedMapping } from './feed-record';

describe('a product without a title', () => {
  it('is called by the start of its description, or by its id when there is a picture', async () => {
    const long = `${'Warm and soft wool for cold days '.repeat(5)}ends here`;
    const { rows, items, rejected } = await readFeedText([
      JSON.stringify({ id: 'a', description: 'Soft wool. Machine wash.' }),
      `\n${JSON.stringify({ id: 'b', description: long })}`,
      `\n${JSON.stringify({ id: 'c', image: 'c.jpg' })}`,
      `\n${JSON.stringify({ id: 'd', price: 1 })}`,
    ]);
    expect(items.map(({ title }) => title)).toEqual(['Soft wool', expect.stringMatching(/^Warm.{60,79}…$/), 'c']);
    expect(rows.map((row) => 'item' in row && row.titled)).toEqual(['description', 'description', 'id', false]);
    expect(rejected).toMatchObject([
      { id: 'd', field: 'title', reason: expect.stringMatching(/^is missing; searched/) },
    ]);
  });
});

describe('a number as an id', () => {
  it('beyond 2^53, or with a fraction, is refused, in a document too and in a node of schema.org', async () => {
    const numbers = ['9007199254740991', '9007199254740993', '1.5', '-0'];
    const records = numbers.map((id) => `{"id":${id},"title":"A"}`);
    for (const text of [records.join('\n'), `{"products":[${records.join(',')}]}`]) {
      const { items, rejected } = await readFeedText([text]);
      expect(items.map(({ id }) => id)).toEqual(['9007199254740991']);
      expect(rejected.map(({ line, field }) => [line, field])).toEqual([2, 3, 4].map((line) => [line, 'id']));
      for (const { reason } of rejected) expect(reason).toContain('write the id in quotes');
    }
    const node = (id: string) => `{"@type":"Product","name":"A","sku":{"@value":${id}}}`;
    const graph = `{"@context":"https://schema.org","@graph":[${numbers.map(node).join(',')}]}`;
    const linked = await readFeedText([graph]);
    expect(linked.items.map(({ id }) => id)).toEqual(['9007199254740991']);
    const groups = await readFeedText(['{"id":"a","title":"A","item_group_id":9007199254740993}']);
    expect(groups.rejected).toMatchObject([{ field: 'group', reason: expect.stringContaining('in quotes') }]);
  });
});

it('a group or an attribute in another encoding is refused, as ids and titles are', async () => {
  const csv = 'id,title,item_group_id,colour\na,A,für,red\nb,B,,grün\nc,C,c,red\n';
  const { items, rejected } = await readFeedText([Buffer.from(csv, 'latin1')]);
  expect(items.map(({ id }) => id)).toEqual(['c']);
  expect(rejected.map(({ line, field }) => [line, field])).toEqual([
    [2, 'group'],
    [3, 'attributes.colour'],
  ]);
  expect((await readFeedText([Buffer.from(csv, 'latin1')], { encoding: 'windows-1252' })).items).toHaveLength(3);
});

describe('a mapping', () => {
  it('names the columns of the fields, in order of preference, and the attributes to keep', async () => {
    const mapping = parseFeedMapping(
      JSON.stringify({
        id: 'Artikel-Nr.',
        title: ['Kurztext', 'Langtext'],
        price: 'preis',
        category: 'Gruppe',
        categorySeparator: '::',
        decimal: ',',
        attributes: { colour: 'Farbe' },
        url: 'Seite',
        urlBase: 'https://shop.example/de/',
        separator: ';',
      }),
      'mapping.json',
    );
    const { items, rejected } = await readFeedText(
      ['Artikel-Nr.;Kurztext;Langtext;Preis;Gruppe;Farbe;Lager;Seite\n1;;Lang;1.299;Herren::Hemden;blau;7;p/1\n'],
      mapping,
    );
    expect(rejected).toEqual([]);
    expect(items).toEqual([
      {
        id: '1',
        title: 'Lang',
        description: '',
        category: 'Herren/Hemden',
        price: 1299,
        url: 'https://shop.example/de/p/1',
        availability: 'in-stock',
        attributes: { colour: 'blau' },
      },
    ]);
  });

  it('reaches into records by a path', async () => {
    const { items } = await readFeedText(
      [JSON.stringify({ products: [{ id: 5, title: 'T', handle: 't', variants: [{ sku: 'S-5', price: '1.00' }] }] })],
      { id: 'variants.0.sku', attributes: ['variants.0.price'] },
    );
    expect(items[0]).toMatchObject({ id: 'S-5', attributes: { 'variants.0.price': '1.00' } });
  });

  it.each([
    ['{"id": ', 'is not JSON'],
    ['{"idd": "sku"}', '"idd" is not an entry; entries are id, title'],
    ['{"separator": ";;"}', 'separator must be one character'],
    ['{"products": "data..items"}', 'products must be names joined by points'],
    ['{"urlBase": "shop"}', 'urlBase must be an address'],
  ])('is refused with its fault: %s', (text, message) => {
    expect(() => parseFeedMapping(text, 'mapping.json')).toThrowError(
      expect.objectContaining({ code: 'catalog/bad-mapping', message: expect.stringContaining(message) }),
    );
  });
});

it('keeps texts in several languages and alphabets', async () => {
  const { items } = await readFeedText(['id,title\n1,帽子 – Größe №5 — ткань\n']);
  expect(items[0].title).toBe('帽子 – Größe №5 — ткань');
});
