import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readText } from './feed.fixture';

const cut = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));

it('reads columns by the names that shops give them, whatever their order and letters', async () => {
  const { items, format } = await readText([
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
      availability: 'out-of-stock',
      attributes: {},
    },
  ]);
});

it('names the line of a bad row, counts the lines inside quotes, and reads on after it', async () => {
  const { items, lines, refused } = await readText([
    'id,title,price\n',
    'a,"One\nTwo",1\n',
    'b,B,cheap\n',
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
  expect(refused.map(({ line, field, reason }) => `${line} ${field} ${reason}`)).toEqual([
    '4 price must be number, not "cheap"',
    '6 row has 4 cells, the first line 3; put cells with separators in quotes',
    expect.stringMatching(/^7 row has a cell that cannot be read: /),
    '9 row has a quote that is not closed, or is too long',
    '11 id already used in line 2',
  ]);
});

it('gives up a row that is too long without keeping it, and reads on', async () => {
  async function* chunks() {
    yield 'id,title\na,A\nb,';
    for (let i = 0; i < 30; i++) yield 'x'.repeat(100_000);
    yield '\nc,C\nd,"';
    for (let i = 0; i < 30; i++) yield `${'x'.repeat(999)}\n`.repeat(100);
    yield 'e,E\n';
  }
  const { items, refused } = await readText(chunks());
  expect(items.map(({ id }) => id)).toEqual(['a', 'c', 'e']);
  expect(refused[0]).toMatchObject({ line: 3, reason: expect.stringContaining('longer than') });
  expect(refused[1]).toMatchObject({ line: 5, reason: expect.stringContaining('not closed') });
});

it('takes quotes for letters when the mapping says so', async () => {
  const { items, refused } = await readText(['id\ttitle\n1\t"Best" screen 24"\n2\t"open\n'], { quote: false });
  expect(refused).toEqual([]);
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
        const { items, refused } = await readText(cut(`id,title\n${rows.join('\n')}`, size));
        expect(refused).toEqual([]);
        expect(items.map(({ title }) => title)).toEqual(cells.map((text) => `x${text}x`.replaceAll('\r\n', '\n')));
      },
    ),
    { numRuns: 60 },
  );
});
