import { expect, it } from 'vitest';
import { type FeedOptions, type FeedRow, feedRows } from './feed-rows';

const SOURCES: Record<string, string> = {
  'z.csv': 'id,title,price\na,A,1\na,Again,1\nb,"B" x,1\nc,C,1 or 2\nd,"D\nd",1\ne,"open,1\nf,F,1',
  'a.xml':
    '<rss><channel>\n<item><id>g</id></item>\n<item><id>a</id><title>A</title></item>\n< x\n<item><id>h</id><title>H</titel></item>\n<item><id>i</id><title>I</title><price>1 or 2</price></item></channel></rss>',
  'm.jsonl': '{"id":"j"}\n{"id":\n{"id":"k","title":"K"}\n{"id":"b","title":"B"}\n{"id":"a","title":"A"}',
  'n.json': '{"products":[{"id":"l"},7,{"id":"a","title":"A"},{"id":"m","title":"M"},{"id"',
  'b.html':
    '<html>\n<script type="application/ld+json">{"@type":"Product","sku":"n"}</script>\n<script type="application/ld+json">{</script>\n<script type="application/ld+json">[{"@type":"Product","sku":"o","name":"O"},{"@type":"Product"}]</script>',
};

async function readAll(size: number): Promise<FeedRow[]> {
  const sources = Object.entries(SOURCES).map(([file, text]) => {
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    return { file, bytes: pieces };
  });
  const rows: FeedRow[] = [];
  for await (const row of feedRows(sources)) rows.push(row);
  return rows;
}

it('gives good and rejected rows of all formats in the order of the feed, for any size of chunk', async () => {
  const rows = await readAll(1_000_000);
  const files = Object.keys(SOURCES);
  const places = rows.map(({ file, line }) => files.indexOf(file) * 1000 + line);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(rows.flatMap((row) => ('item' in row ? [row.item.id] : []))).toEqual([...'adf', ...'kb', ...'m', ...'o']);
  expect(rows.filter((row) => 'rejected' in row)).toHaveLength(19);
  for (const size of [1, 3, 17]) expect(await readAll(size)).toEqual(rows);
});

it('keeps the reason of a rejected row short for a mistake of any length', async () => {
  const long = 'x'.repeat(200_000);
  for (const text of [`<rss><item><id>a</${long}></item></rss>`, `{"products":[{"a" "${long}"}]}`]) {
    for await (const row of feedRows([{ file: 'feed', bytes: [new TextEncoder().encode(text)] }])) {
      expect(JSON.stringify(row).length).toBeLessThan(1000);
    }
  }
});

it('says how to save a workbook as a table', async () => {
  const bytes = [new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 8, 0])];
  await expect(feedRows([{ file: 'products.xlsx', bytes }]).next()).rejects.toThrow(
    'products.xlsx is a ZIP archive, as a workbook (.xlsx) is too. Save the sheet as CSV',
  );
});

it('refuses an export of orders, unless a mapping says which columns are products', async () => {
  const header = 'Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku';
  const bytes = [new TextEncoder().encode(`${header}\n#1001,a@b.example,2026-01-01,1,Tea,3.5,tea\n`)];
  const rows = (options?: FeedOptions) => feedRows([{ file: 'orders.csv', bytes }], options);
  await expect(rows().next()).rejects.toMatchObject({
    code: 'catalog/unknown-format',
    message: expect.stringContaining("orders.csv is Shopify's export of orders"),
  });
  const mapping = { id: 'Lineitem sku', title: 'Lineitem name' };
  expect((await rows({ mapping }).next()).value).toMatchObject({ item: { id: 'tea', title: 'Tea' } });
});
