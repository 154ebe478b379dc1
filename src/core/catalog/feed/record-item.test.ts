import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';
import { parseFeedMapping } from './feed-record';
import { recordItem } from './record-item';

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
  const { items, rejected } = await readFeedText([Buffer.from(csv, 'latin1')], { encoding: 'utf-8' });
  expect(items.map(({ id }) => id)).toEqual(['c']);
  expect(rejected.map(({ line, field }) => [line, field])).toEqual([
    [2, 'group'],
    [3, 'attributes.colour'],
  ]);
  for (const encoding of ['windows-1252', undefined])
    expect((await readFeedText([Buffer.from(csv, 'latin1')], { encoding })).items).toHaveLength(3);
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
        description: 'Lang',
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

describe('columns without a mapping', () => {
  it.each([
    [
      'German',
      'Artikelnummer;Bezeichnung;Beschreibung;Preis;UVP;Bild-URL;Kategorie;Link;Verfügbarkeit;Bestand;Währung',
      '17;Hemd;Weiß;12,50;20,00;/a.jpg;Mode > Hemden;/hemd;nicht verfügbar;0;EUR',
    ],
    [
      'German, other spellings',
      'ART.-NR.;Produktname;Kurzbeschreibung;Verkaufspreis;Listenpreis;Bild URL;Warengruppe;Produkt-URL;VERFUEGBARKEIT;Lagerbestand;Waehrung',
      '17;Hemd;Weiß;12,50;20,00;/a.jpg;Mode > Hemden;/hemd;Ausverkauft;0;EUR',
    ],
    [
      'French',
      'Référence;Nom du produit;Description;Prix TTC;Prix barré;Image;Catégorie;Lien;Disponibilité;Quantité;Devise',
      '17;Hemd;Weiß;12,50;20,00;/a.jpg;Mode > Hemden;/hemd;Épuisé;0;EUR',
    ],
    [
      'Spanish',
      'REFERENCIA;Título;Descripción;Precio;Precio anterior;Imagen;Categoría;Enlace;Disponibilidad;Existencias;Moneda',
      '17;Hemd;Weiß;12,50;20,00;/a.jpg;Mode > Hemden;/hemd;agotado;0;EUR',
    ],
  ])('are known by their %s names, whatever accents, case and separators', async (_, header, row) => {
    // Names may have their accents apart.
    for (const text of [header, header.normalize('NFD')]) {
      const { items, rows } = await readFeedText([`${text}\n${row}\n`]);
      expect(items).toEqual([
        {
          id: '17',
          title: 'Hemd',
          description: 'Weiß',
          price: 12.5,
          listPrice: 20,
          image: '/a.jpg',
          category: 'Mode/Hemden',
          url: '/hemd',
          availability: 'out-of-stock',
          quantity: 0,
          attributes: expect.any(Object),
        },
      ]);
      expect(rows).toMatchObject([{ currency: 'EUR' }]);
    }
  });

  it("are read from Algolia's records and Nosto's products", async () => {
    const algolia = {
      objectID: 'a1',
      id: 7,
      name: 'Kettle',
      brand: 'Acme',
      categories: ['Kitchen', 'Kettles'],
      hierarchicalCategories: { lvl0: 'Kitchen', lvl1: 'Kitchen > Kettles' },
      price: 30,
      image: 'https://shop.example/k.jpg',
      url: '/kettle',
      _highlightResult: { name: { value: '<em>Kettle</em>' } },
    };
    const nosto = {
      product_id: 'n1',
      name: 'Boots',
      url: 'https://shop.example/boots',
      image_url: 'https://shop.example/b.jpg',
      alternate_image_urls: ['https://shop.example/b2.jpg'],
      price: '90.00',
      list_price: '120.00',
      price_currency_code: 'SEK',
      availability: 'OutOfStock',
      categories: ['/Women/Shoes', '/Sale'],
      inventory_level: 3,
      rating_value: 4.5,
      review_count: 12,
      tag1: ['new', 'leather'],
      supplier_cost: 40,
    };
    const { items, rows } = await readFeedText([`${JSON.stringify(algolia)}\n${JSON.stringify(nosto)}\n`]);
    expect(items).toMatchObject([
      {
        id: 'a1',
        title: 'Kettle',
        category: 'Kitchen/Kettles',
        price: 30,
        url: '/kettle',
        attributes: { brand: 'Acme' },
      },
      {
        id: 'n1',
        title: 'Boots',
        url: 'https://shop.example/boots',
        image: 'https://shop.example/b.jpg',
        images: ['https://shop.example/b2.jpg'],
        price: 90,
        listPrice: 120,
        availability: 'out-of-stock',
        category: 'Women/Shoes|Sale',
        quantity: 3,
        rating: { value: 4.5, count: 12 },
        attributes: { tag1: ['new', 'leather'] },
      },
    ]);
    expect(items[1].attributes).not.toHaveProperty('supplier_cost');
    expect(rows[1]).toMatchObject({ currency: 'SEK' });
  });

  it('are named, once a file, if id or title has none', async () => {
    const csv = 'Ordnung,Kurzinfo,VK brutto,Foto1,Seite\nA-1,Rotes Hemd,12.50,a.jpg,/hemd\nA-2,,13,,\n';
    const { rejected } = await readFeedText([csv], { id: 'Nummer' });
    for (const { reason } of rejected) expect(reason).not.toContain('mapping.json');
    const own = await readFeedText([csv]);
    expect(own.rejected[0].reason).toBe(
      'is missing; searched in objectid, id, sku, item id, product id, productid …. The columns are Ordnung, Kurzinfo, VK brutto, Foto1, Seite. Rename one, or save {"id":"…"} with its name as mapping.json, and add --mapping mapping.json',
    );
    expect(own.rejected.filter(({ reason }) => reason.includes('mapping.json'))).toHaveLength(1);
    // The columns fit another row.
    const fits = await readFeedText(['{"id":"a","title":"A"}\n{"id":"b","name_de":"B"}\n']);
    expect(fits.rejected).toMatchObject([{ line: 2, field: 'title', reason: expect.not.stringContaining('mapping') }]);
  });
});

it.each(['auf Anfrage', 'on request', 'sur demande', 'POA', '–'])('a price of "%s" is no price', async (price) => {
  const { items, rejected } = await readFeedText([JSON.stringify({ id: 'a', title: 'A', price, sale_price: 'n/a' })]);
  expect(rejected).toEqual([]);
  expect(items[0]).not.toHaveProperty('price');
  const twice = await readFeedText([JSON.stringify({ id: 'a', title: 'A', price: '10 or 20' })]);
  expect(twice.rejected).toMatchObject([{ field: 'price' }]);
});

it.each([
  ['12,00 € TTC', 'EUR'],
  ['UVP 12,00 €', 'EUR'],
  ['NUR 9,90 CHF', 'CHF'],
  ['POA', undefined],
  ['9,90 TTC', undefined],
])('takes no other word in capitals for the currency of %j', (price, currency) => {
  const parsed = recordItem('columns', { id: 'a', title: 'A', price }, {});
  expect('currency' in parsed ? parsed.currency : undefined).toBe(currency);
});
