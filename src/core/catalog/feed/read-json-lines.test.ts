import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFeedText } from '../../../../testing/feeds';
import { describeRejectedRow } from '../rejected-row';

const row = (fields: Record<string, unknown>) => JSON.stringify({ id: 'a', title: 'A', ...fields });

describe('a feed of JSON Lines', () => {
  it('reads the fields of a card by the names of item fields', async () => {
    const shown = {
      price: 48,
      listPrice: 60,
      image: 'a.webp',
      images: ['/b.webp', '/c.webp'],
      quantity: 3,
      rating: { value: 4.5, count: 12 },
      published: '2026-11-02',
    };
    const { items } = await readFeedText([[row(shown), row({ id: 'b', rating: { value: 90 } })].join('\n')]);
    expect(items[0]).toMatchObject(shown);
    expect(Object.keys(items[0]?.attributes ?? {})).not.toContain('listPrice');
    expect(items[1]?.rating).toBeUndefined();
  });

  it('keeps valid rows, with defaults, and reports where and why others were refused', async () => {
    const feed = [
      row({ id: 'good-1', price: 3 }),
      row({ id: 'cheap', price: -1 }),
      '{"id": "broken", ',
      '[1, 2]',
      row({ id: '', title: 7 }),
      '',
      row({ id: 'good-1', title: 'Again' }),
      row({ id: 'size', attributes: { size: [1] } }),
      row({ id: 'good-2', category: 'Food/Fruit' }),
    ].join('\n');
    const { items, lines, rejected } = await readFeedText([feed]);

    expect(items.map((item) => item.id)).toEqual(['good-1', 'good-2']);
    expect(lines).toEqual([1, 9]);
    expect(items[0]).toEqual({
      id: 'good-1',
      title: 'A',
      description: '',
      category: '',
      price: 3,
      availability: 'in-stock',
      attributes: {},
    });
    expect(rejected.map(({ line, field }) => `${line} ${field}`)).toEqual([
      '2 price',
      '3 row',
      '4 row',
      '5 id',
      '5 title',
      '7 id',
      '8 attributes.size',
    ]);
    expect(rejected[0].id).toBe('cheap');
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'must be 0 or more',
      expect.stringContaining('is not JSON'),
      expect.stringContaining('one JSON object per line'),
      'must not be empty',
      'must be string, not 7',
      'already used in line 1',
      'must be a text, a number, true or false, or a list of texts',
    ]);
    expect(describeRejectedRow(rejected[5])).toBe('feed: line 7 (good-1), field id: already used in line 1');
  });

  it('reads the same rows however the text is cut, with byte order mark, CRLF and without a last line end', async () => {
    const cleanTitle = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((title) => title.trim() !== '' && !title.includes('\uFFFD'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(cleanTitle, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (titles, lineEnd, mark, size) => {
          const text = (mark ? '\uFEFF' : '') + titles.map((title, i) => row({ id: String(i), title })).join(lineEnd);
          const bytes = new TextEncoder().encode(text);
          const chunks: Uint8Array[] = [];
          for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.slice(i, i + size));
          const { items, rejected } = await readFeedText(chunks);
          expect(rejected).toEqual([]);
          expect(items.map((item) => item.title)).toEqual(titles.map((title) => title.trim()));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a row that is too long without buffering it, and continues', async () => {
    async function* chunks() {
      yield `${row({ id: 'first' })}\n{"id":"huge","title":"`;
      for (let i = 0; i < 30; i++) yield 'x'.repeat(100_000);
      yield `"}\n${row({ id: 'last' })}`;
    }
    const { items, rejected } = await readFeedText(chunks());
    expect(items.map((item) => item.id)).toEqual(['first', 'last']);
    expect(rejected).toEqual([{ file: 'feed', line: 2, field: 'row', reason: expect.stringContaining('longer than') }]);
  });

  it('refuses text that is not in the given encoding', async () => {
    const bytes = Buffer.from('{"id":"a","title":"Café"}', 'latin1');
    const { items, rejected } = await readFeedText([bytes], { encoding: 'utf-8' });
    expect(items).toEqual([]);
    expect(rejected[0].reason).toContain('UTF-8');
  });

  it('treats null as absent, and names a missing required field', async () => {
    const { items, rejected } = await readFeedText([
      row({ price: null, image: null }),
      '\n',
      row({ id: 'b', title: null }),
    ]);
    expect(items).toHaveLength(1);
    expect(items[0]).not.toHaveProperty('price');
    expect(rejected).toEqual([
      {
        file: 'feed',
        line: 2,
        id: 'b',
        field: 'title',
        reason: expect.stringMatching(/^is missing; searched in title, name/),
      },
    ]);
  });

  it('gives an empty catalogue for an empty feed', async () => {
    expect(await readFeedText(['', '\uFEFF', '\n \r\n'])).toMatchObject({ items: [], lines: [], rejected: [] });
  });
});
