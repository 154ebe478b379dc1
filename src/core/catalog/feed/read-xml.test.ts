import { expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';

const rss = (items: string, prefix = 'g') =>
  `<?xml version="1.0"?>\n<rss version="2.0" xmlns:${prefix}="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://shop.example</link>\n${items}</channel></rss>`;

it('reads a Merchant Center feed with any prefix of its fields', async () => {
  const item = (g: string) => `<item>
    <title>Plain title</title><description>Plain</description><link>https://shop.example/p/1</link>
    <${g}:id>SKU-1</${g}:id><${g}:title>Shirt &amp; tie</${g}:title>
    <${g}:description><![CDATA[<p>Soft <b>wool</b></p>]]></${g}:description>
    <${g}:product_type>Men &gt; Tops/Shirts &gt; Formal</${g}:product_type><${g}:product_type>Sale</${g}:product_type>
    <${g}:google_product_category>1604</${g}:google_product_category>
    <${g}:price>12.99 EUR</${g}:price><${g}:sale_price>9.99 EUR</${g}:sale_price>
    <${g}:availability>out_of_stock</${g}:availability><${g}:image_link>https://cdn.example/1.jpg</${g}:image_link>
    <${g}:additional_image_link>https://cdn.example/2.jpg</${g}:additional_image_link>
    <${g}:shipping><${g}:country>DE</${g}:country><${g}:price>4.90 EUR</${g}:price></${g}:shipping>
    <${g}:brand>Acme</${g}:brand><${g}:condition>new</${g}:condition></item>`;
  const results = await Promise.all(['g', 'base'].map((prefix) => readFeedText([rss(item(prefix), prefix)])));
  for (const { items, rejected } of results) {
    expect(rejected).toEqual([]);
    expect(items).toEqual([
      {
        id: 'SKU-1',
        title: 'Shirt & tie',
        description: 'Soft wool',
        category: 'Men/Tops-Shirts/Formal|Sale',
        price: 9.99,
        listPrice: 12.99,
        image: 'https://cdn.example/1.jpg',
        images: ['https://cdn.example/2.jpg'],
        url: 'https://shop.example/p/1',
        availability: 'out-of-stock',
        attributes: { brand: 'Acme', condition: 'new', google_product_category: '1604' },
      },
    ]);
  }
});

it('reads Atom, with the page in an attribute', async () => {
  const { items } = await readFeedText([
    `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
    <entry><id>tag:1</id><title type="html">A &amp;amp; B</title><link rel="self" href="https://x.example/self"/>
    <link href="https://shop.example/1"/><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Short</p><p>and <b>warm</b></p></div></summary><g:price>5 EUR</g:price></entry></feed>`,
  ]);
  expect(items).toMatchObject([
    {
      id: 'tag:1',
      title: 'A & B',
      description: expect.stringMatching(/^Short\s+and\s+warm$/),
      url: 'https://shop.example/1',
      price: 5,
    },
  ]);
});

it('reads a lone & as a literal character', async () => {
  const { items, rejected } = await readFeedText([
    rss(
      '<item><g:id>a</g:id><title>Fish & Chips</title><link>https://x.example/?a=1&b=2</link><description><![CDATA[A & B]]></description></item>',
    ),
  ]);
  expect(rejected).toEqual([]);
  expect(items).toMatchObject([{ title: 'Fish & Chips', url: 'https://x.example/?a=1&b=2', description: 'A & B' }]);
});

it('does not use a sale price with dates as the price', async () => {
  const { items } = await readFeedText([
    rss(
      '<item><g:id>a</g:id><title>A</title><g:price>20 EUR</g:price><g:sale_price>10 EUR</g:sale_price><g:sale_price_effective_date>2020-01-01/2020-02-01</g:sale_price_effective_date></item>',
    ),
  ]);
  expect(items[0].price).toBe(20);
});

it('refuses a broken item with its line, keeps the other items, and reports where the file ends too early', async () => {
  const good = (id: string) => `<item><g:id>${id}</g:id><title>Caf&eacute; ${id}</title></item>\n`;
  const { items, lines, rejected } = await readFeedText([
    rss(
      `${good('a')}<item><g:id>b</g:id><title>Broken</titel></item>\n${good('c')}<item><g:id>d</g:id><title>D`,
    ).replace('</channel></rss>', ''),
  ]);
  expect(items.map(({ id, title }) => `${id} ${title}`)).toEqual(['a Café a', 'c Café c']);
  expect(lines).toEqual([3, 5]);
  expect(rejected[0]).toMatchObject({
    line: 4,
    field: 'row',
    reason: expect.stringContaining('not well-formed XML: 4:'),
  });
  expect(rejected[1]).toMatchObject({ line: 6, field: 'row', reason: expect.stringMatching(/unclosed|cut off/) });
});

it('expands no entity of the file, however often it is nested', async () => {
  const { items } = await readFeedText([
    `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss><channel><item><id>1</id><title>T &a; &x;</title></item></channel></rss>`,
  ]);
  expect(items[0].title).toBe('T &a; &x;');
});

it('reads the same however the text is cut', async () => {
  const text = rss('<item><g:id>a</g:id><g:title>Größe &lt; € 😀 & more</g:title><g:price>1 EUR</g:price></item>');
  const bytes = new TextEncoder().encode(text);
  const whole = await readFeedText([bytes]);
  for (const size of [1, 2, 3, 7]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.slice(i * size, (i + 1) * size),
    );
    expect((await readFeedText(chunks)).items).toEqual(whole.items);
  }
  expect(whole.items[0].title).toBe('Größe < € 😀 & more');
});

// The limit only guards against a hang: a hundredth of this length took seconds in quadratic time.
it.each([
  ['between products', (good: string) => `${good}${'<a>'.repeat(500_000)}`],
  ['in a product', (good: string) => `${good}<item><g:id>b</g:id>${'<a>'.repeat(500_000)}`],
])(
  'stops at too many elements left open: %s',
  async (_, items) => {
    const { items: read, rejected } = await readFeedText([rss(items('<item><g:id>a</g:id><title>A</title></item>\n'))]);
    expect(read.map(({ id }) => id)).toEqual(['a']);
    expect(rejected).toMatchObject([{ field: 'row', reason: expect.stringContaining('the rest was not read') }]);
  },
  20_000,
);

it('refuses a product that leaves elements open, and reads the next ones by the prefix of the feed', async () => {
  const item = (id: string, more = '') =>
    `<item><base:id>${id}</base:id><base:title>T</base:title><description>${more}</description></item>\n`;
  const { items, rejected } = await readFeedText([
    rss([item('a'), item('b', '<br>'.repeat(2000)), item('c', '</p>'), item('d')].join(''), 'base'),
  ]);
  expect(items.map(({ id }) => id)).toEqual(['a', 'd']);
  expect(rejected.map(({ line, field }) => `${line} ${field}`)).toEqual(['4 row', '5 row']);
});

it('refuses mistakes between products in the order of the feed', async () => {
  const good = (id: string) => `<item><g:id>${id}</g:id><title>T</title></item>\n`;
  const { rejected } = await readFeedText([rss(`${good('a')}< x\n${good('a')}<item><g:id>b</g:id></item>\n`)]);
  expect(rejected.map(({ line }) => line)).toEqual([4, 5, 6]);
});

it('bounds the length of a product and of the text between products', async () => {
  let sent = 0;
  async function* chunks(round: string, filling: string, times: number) {
    yield rss('<item><g:id>a</g:id><title>A</title></item>').replace('</channel></rss>', round);
    for (sent = 0; sent < times; sent++) yield filling.repeat(1_000_000 / filling.length);
    yield '-->]]></item><item><g:id>z</g:id><title>Z</title></item></channel></rss>';
  }
  const fields = await readFeedText(chunks('<item>', '<g:color>blue</g:color>'.padEnd(25), 3));
  expect(fields.items.map(({ id }) => id)).toEqual(['a', 'z']);
  expect(fields.rejected).toMatchObject([{ line: 3, reason: expect.stringContaining('longer than') }]);
  const comment = await readFeedText(chunks('<!--', 'x', 100));
  expect(comment.rejected).toMatchObject([{ reason: expect.stringContaining('without an element') }]);
  expect(sent).toBeLessThan(50);
}, 60_000);
