import { describe, expect, it } from 'vitest';
import { fitLexical, joinedRow, lexicalTerms, lexicalVector } from './lexical';

const terms = (text: string) => lexicalTerms([{ text, weight: 1 }]);

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = a.reduce((sum, x, d) => sum + x * b[d], 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
};

/** Titles of a shop in which every product has relatives. */
const TITLES = [
  'Teekanne aus Steingut',
  'Teeschale aus Porzellan',
  'Teefilter aus Baumwolle',
  'Gartenschere, geschmiedet',
  'Gartenhandschuhe aus Leder',
  'Gärtnermesser, geschmiedet',
  'Wolldecke „Allgäu“',
  'Wollmütze „Föhr“',
];

describe('the terms of a text', () => {
  it('do not depend on case, diacritics or the form of ß', () => {
    expect(terms('GIESSKANNE ÉTÉ')).toEqual(terms('Gießkanne été'));
  });

  it('are words and their groups of characters, which compounds share', () => {
    const [tea, pot] = [terms('Teekanne'), terms('Tee')];
    expect([...pot.keys()].filter((term) => tea.has(term)).length).toBeGreaterThan(0);
    expect(terms('kan').size).toBe(1 + 3 + 2 + 1);
  });

  it('keep a number whole, because its digits mean nothing', () => {
    expect(terms('2024').size).toBe(1);
  });

  it.each([
    ['Japanese', '有田焼の茶碗', '茶碗'],
    ['Chinese', '手工陶瓷茶杯', '茶杯'],
    ['Thai', 'ถ้วยชาเซรามิก', 'ชา'],
    ['Korean', '도자기찻잔', '찻잔'],
    ['Arabic', 'إبريق شاي', 'شاي'],
    ['Hindi', 'चाय का प्याला', 'चाय'],
  ])('of a word are also among those of a text that contains it, in %s', (_, text, word) => {
    const shared = [...terms(word).keys()].filter((term) => terms(text).has(term));
    expect(shared.length).toBeGreaterThan(0);
  });

  it('have the square root of the sum of their weights in all texts as their weight', () => {
    const [weight] = lexicalTerms([
      { text: '7', weight: 3 },
      { text: '7', weight: 1 },
    ]).values();
    expect(weight).toBe(2);
  });

  it('do not exist for a text without letters and digits', () => {
    expect(terms(' – „“ 🙂').size).toBe(0);
  });
});

describe('a lexical encoder', () => {
  const encoder = fitLexical(TITLES.map(terms), 16);
  if (!encoder) throw new Error('The titles share words.');

  it('puts products with related words closer together than others, even a new one', () => {
    const [tea, garden] = [0, 3].map((n) => lexicalVector(encoder, terms(TITLES[n])));
    const added = lexicalVector(encoder, terms('Teeglas aus Steingut'));
    expect(cosine(added, tea)).toBeGreaterThan(0.5);
    expect(cosine(added, tea)).toBeGreaterThan(cosine(added, garden) + 0.3);
  });

  it('is the same for the same texts, and has its terms in order', () => {
    expect(fitLexical(TITLES.map(terms), 16)).toEqual(encoder);
    expect([...encoder.terms]).toEqual([...encoder.terms].sort((a, b) => a - b));
  });

  it('gives zeros for unknown words', () => {
    expect(lexicalVector(encoder, terms('qqq')).every((x) => x === 0)).toBe(true);
  });

  it('does not exist where no two products share a word', () => {
    expect(fitLexical([terms('abc'), terms('xyz')], 16)).toBeNull();
    expect(fitLexical([], 16)).toBeNull();
  });

  it('takes at most 150 kB for 1,000 products', () => {
    const words = Array.from({ length: 3000 }, (_, n) => `w${((n * 7919) % 9973).toString(36)}x`);
    const items = Array.from({ length: 1000 }, (_, n) =>
      terms(Array.from({ length: 12 }, (_, k) => words[(n * 31 + k * k * 17) % words.length]).join(' ')),
    );
    const large = fitLexical(items, 128);
    expect(large && large.rows.byteLength + large.scales.byteLength + large.terms.byteLength).toBeLessThan(150_000);
    expect(large?.terms.length).toBeGreaterThan(900);
  });
});

describe('a joined row', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((seed) =>
    Float32Array.from({ length: 8 }, (_, n) => Math.sin(seed * 12.9 + n * 78.2)),
  );
  const half = (row: Float32Array): Float32Array => row.subarray(0, 4);

  it('has as its cosine the weighted mean of the cosines of both leading halves', () => {
    const expected = 0.35 * cosine(half(a), half(c)) + 0.65 * cosine(half(b), half(d));
    expect(cosine(joinedRow(a, b, 0.35), joinedRow(c, d, 0.35))).toBeCloseTo(expected, 5);
  });

  it('is the whole lexical vector at a share of 0, scaled to a mean square of 1', () => {
    const row = joinedRow(a, b, 0);
    expect(cosine(row, b)).toBeCloseTo(1, 6);
    expect(row.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(8, 4);
  });

  it('keeps the part of one encoder if the other found nothing', () => {
    const row = joinedRow(a, new Float32Array(8), 0.5);
    expect(row.subarray(4).every((x) => x === 0)).toBe(true);
    expect(cosine(half(row), half(a))).toBeCloseTo(1, 6);
  });
});
