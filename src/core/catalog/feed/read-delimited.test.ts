import * as fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';
import { seededRandom } from '../../common/random';
import type { FeedRecord } from './feed-record';
import { delimitedRecords } from './read-delimited';

const cut = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));

it('reads columns by the names that shops use, in any order and case', async () => {
  const { items, format } = await readFeedText([
    'SKU;Name;Image URL;Regular price;Sale price;In stock;Colour;Year;GTIN;Description\r\n',
    'a;"Shirt; ""blue""";a.jpg;"1.299,00 €";;yes;blue;1999;4006381333931;"Two\r\nlines"\r\n',
    'b;Trousers;;20;15.50;no;;;;\r\n',
  ]);
  expect(format).toBe('csv');
  expect(items).toEqual([
    {
      id: 'a',
      title: 'Shirt; "blue"',
      description: 'Two\nlines',
      category: '',
      price: 1299,
      image: 'a.jpg',
      availability: 'in-stock',
      attributes: { Colour: 'blue', Year: 1999, GTIN: '4006381333931' },
    },
    {
      id: 'b',
      title: 'Trousers',
      description: '',
      category: '',
      price: 15.5,
      listPrice: 20,
      availability: 'out-of-stock',
      attributes: {},
    },
  ]);
});

it('reads the other fields of a card: list price, pictures, stock, variant group, rating and day', async () => {
  const { items } = await readFeedText([
    'id,title,price,compare_at_price,additional_image_link,quantity,item_group_id,rating,review_count,published_at,tags\n',
    'a,A,10,12.50,"https://cdn.example/2.jpg, /3.jpg",3,g1,4.5,12,2026-11-02 10:00:00,"new, red,new"\n',
    // No reduction, too many stars, no date: values that cannot be shown are left out, and the item is kept.
    'b,B,10,10,,-2,g1,87,0,soon,\n',
  ]);
  expect(items[0]).toMatchObject({
    price: 10,
    listPrice: 12.5,
    images: ['https://cdn.example/2.jpg', '/3.jpg'],
    quantity: 3,
    group: 'g1',
    rating: { value: 4.5, count: 12 },
    published: '2026-11-02',
  });
  // Ratings and dates stay attributes, by which a shop may filter.
  expect(items[0].attributes).toEqual({
    rating: 4.5,
    review_count: 12,
    published_at: '2026-11-02 10:00:00',
    tags: ['new', 'red'],
  });
  const { listPrice, images, rating, published, ...b } = items[1];
  expect([listPrice, images, rating, published]).toEqual([undefined, undefined, undefined, undefined]);
  expect(b).toMatchObject({ quantity: 0, group: 'g1', attributes: { rating: 87, published_at: 'soon' } });
});

it('names the line of a bad row, counts the lines inside quotes, and continues after it', async () => {
  const { items, lines, rejected } = await readFeedText([
    'id,title,price\n',
    'a,"One\nTwo",1\n',
    'b,B,1 or 2\n',
    '\n',
    'c,C,1,2\n',
    'd,"D" x,1\n',
    'g,"G",1\n',
    'e,"never closed,1\n',
    'f,F,1\n',
    'a,Again,1',
  ]);
  expect(items.map(({ id }) => id)).toEqual(['a', 'g', 'f']);
  expect(lines).toEqual([2, 8, 10]);
  expect(rejected.map(({ line, field, reason }) => `${line} ${field} ${reason}`)).toEqual([
    '4 price must be number, not "1 or 2"',
    '6 row has 4 cells, but the first line has 3; put cells with separators in quotes',
    expect.stringMatching(/^7 row has a cell that cannot be read: /),
    '9 row has a quote that is not closed, or is too long',
    '11 id already used in line 2',
  ]);
});

it('drops a row that is too long without buffering it, and continues', async () => {
  async function* chunks() {
    yield 'id,title\na,A\nb,';
    for (let i = 0; i < 30; i++) yield 'x'.repeat(100_000);
    yield '\nc,C\nd,"';
    for (let i = 0; i < 30; i++) yield `${'x'.repeat(999)}\n`.repeat(100);
    yield 'e,E\n';
  }
  const { items, rejected } = await readFeedText(chunks());
  expect(items.map(({ id }) => id)).toEqual(['a', 'c', 'e']);
  expect(rejected[0]).toMatchObject({ line: 3, reason: expect.stringContaining('longer than') });
  expect(rejected[1]).toMatchObject({ line: 5, reason: expect.stringContaining('not closed') });
});

it('treats quotes as letters when the mapping says so', async () => {
  const { items, rejected } = await readFeedText(['id\ttitle\n1\t"Best" screen 24"\n2\t"open\n'], { quote: false });
  expect(rejected).toEqual([]);
  expect(items.map(({ title }) => title)).toEqual(['"Best" screen 24"', '"open']);
});

it('reads the same cells however the text is cut', async () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', '€'),
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(cell, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 30 }),
      async (cells, size) => {
        const rows = cells.map((text, i) => `${i},"x${text.replaceAll('"', '""')}x"`);
        const { items, rejected } = await readFeedText(cut(`id,title\n${rows.join('\n')}`, size));
        expect(rejected).toEqual([]);
        expect(items.map(({ title }) => title)).toEqual(cells.map((text) => `x${text}x`.replaceAll('\r\n', '\n')));
      },
    ),
    { numRuns: 60 },
  );
});

async function records(chunks: string[]): Promise<FeedRecord[]> {
  const read: FeedRecord[] = [];
  for await (const record of delimitedRecords(chunks, { separator: ',' })) if ('line' in record) read.push(record);
  return read;
}

describe('a row with quotes that do not match', () => {
  it.each([
    ['text after a closing quote, at the end of the file', 'b,"B" x'],
    ['an open quote at the end of the file', 'b,"B'],
  ])('is the only row refused: %s', async (_, row) => {
    const { items, rejected } = await readFeedText([`id,title\na,A\n${row}`]);
    expect(items.map(({ id }) => id)).toEqual(['a']);
    expect(rejected).toMatchObject([{ line: 3, field: 'row' }]);
  });

  it('ends the reading when it is the header', async () => {
    const { items, rejected } = await readFeedText(['id,"title" x\na,A\nb,B\n']);
    expect(items).toEqual([]);
    expect(rejected).toEqual([
      { file: 'feed', line: 1, field: 'row', reason: expect.stringContaining('the table was not read') },
    ]);
  });

  // The limits only guard against a hang: reading some of these again for every row would take minutes.
  it.each([
    ['text after a quote', () => 'b,"B" x\n'],
    ['a quote that the next row seems to close and to open again', () => 'b","B\n'],
    ['an open quote', (i: number) => `${i},"B\n`],
    ['doubled quotes', () => 'b,"""\n""\n'],
    ['spaces after many quotes', () => `"${'b"'.repeat(50)}${' '.repeat(100)}\n`],
  ])(
    'is read in linear time, one after the other: %s',
    async (_, row) => {
      const rows = Array.from({ length: 20_000 }, (_, i) => row(i)).join('');
      const read = await records([`id,title\nfirst,A\n${rows}`, '\nlast,Z\n']);
      expect(read[0]).toMatchObject({ fields: { id: 'first' } });
      expect(read.at(-1)).toMatchObject({ fields: { id: 'last' } });
    },
    20_000,
  );

  it('is read in time that does not depend on the number of columns', async () => {
    const header = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join();
    const read = await records([`id,title,${header}\n${'a,A\n'.repeat(100_000)}`]);
    expect(read).toHaveLength(100_000);
  }, 20_000);

  it('is read in linear time even with many quotes', async () => {
    const row = `a,"${'x"'.repeat(200_000)}${' '.repeat(400_000)},\n`;
    const read = await records([`id,title\n${row.repeat(3)}z,Z\n`]);
    expect(read.map((record) => ('fields' in record ? record.fields.id : record.line))).toEqual([2, 3, 4, 'z']);
  }, 20_000);
});

it('reads the same cells as Papa Parse if quotes match', async () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '"', '""', ',', '\n', ' ', '"\n', '",', ',"'), { maxLength: 40 })
    .map((parts) => parts.join(''));
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(text, async (rest) => {
      const table = `h1,h2,h3\n${rest}`;
      const { data, errors } = Papa.parse<string[]>(table, { delimiter: ',', newline: '\n' });
      if (errors.length > 0) return;
      compared++;
      const wanted = data
        .slice(1)
        .map((cells) => cells.map((cell) => cell.trim()))
        .filter((cells) => cells.some((cell) => cell !== ''))
        .map((cells) =>
          cells.slice(3).some((cell) => cell !== '')
            ? expect.stringContaining(`has ${cells.length} cells`)
            : Object.fromEntries(cells.flatMap((cell, i) => (cell === '' || i > 2 ? [] : [[`h${i + 1}`, cell]]))),
        );
      const read = await records([table]);
      expect(read.map((record) => ('fields' in record ? record.fields : record.reason))).toEqual(wanted);
    }),
    { numRuns: 3000, seed: 7 },
  );
  expect(compared).toBeGreaterThan(300);
});

it('reads 10,000 damaged tables identically in any chunks, and loses no undamaged row', async () => {
  const random = seededRandom(11);
  const below = (n: number): number => Math.floor(random() * n);
  const signs = ['"', '"', '"', ',', '\n', '\r', '\r\n', 'x', '""', '","', ''];
  const wrong: string[] = [];
  let rejected = 0;
  for (let run = 0; run < 10_000; run++) {
    const hurt = below(6);
    const rows = Array.from({ length: 7 }, (_, row) =>
      // No quotes after the damage: they could close what it opens, and two rows would rightly be read as one.
      row <= hurt && below(2) === 0
        ? `r${row},"T, ""${row}""${below(3) === 0 ? '\n' : ' '}end",${row}`
        : `r${row},T${row},${row}`,
    );
    const at = below(rows[hurt].length + 1);
    const damaged = rows[hurt].slice(0, at) + signs[below(signs.length)] + rows[hurt].slice(at + below(3));
    const text = `id,title,n\n${rows.with(hurt, damaged).join('\n')}${below(2) === 0 ? '\n' : ''}`;
    const whole = await records([text]);
    const pieces: string[] = [];
    for (let from = 0; from < text.length; ) {
      const to = from + 1 + below(12);
      pieces.push(text.slice(from, to));
      from = to;
    }
    const lines = whole.map(({ line }) => line);
    const kept = whole.map((record) => ('fields' in record ? record.fields.id : null));
    const alike = JSON.stringify(await records(pieces)) === JSON.stringify(whole);
    const inOrder = lines.every((line, i) => i === 0 || line > lines[i - 1]);
    const allKept = rows.every((_, row) => row === hurt || kept.includes(`r${row}`));
    if (!alike || !inOrder || !allKept) wrong.push(text);
    rejected += whole.length - kept.filter((id) => id !== null).length;
  }
  expect(wrong).toEqual([]);
  expect(rejected).toBeGreaterThan(1000);
}, 60_000);
