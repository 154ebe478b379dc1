import { describe, expect, it } from 'vitest';
import { LOCALES } from '../locales';
import { CARD_LANGUAGES, cardLabelsIn } from './card-labels';

const labelsIn = (language?: string) => cardLabelsIn(language, String);

describe('cardLabelsIn', () => {
  it('has the languages of the other labels', () => {
    expect([...CARD_LANGUAGES].sort()).toEqual(['en', ...Object.keys(LOCALES)].sort());
  });

  it.each(CARD_LANGUAGES)('%s has every label, and the values where they belong', (language) => {
    const { from, lowStock, reduced, rating, ratings, addedToCart, ...plain } = labelsIn(language);
    const sentences = [
      from('48 €'),
      lowStock(1),
      lowStock(3),
      reduced('60 €', '48 €'),
      rating(4.5),
      ratings(1),
      ratings(12),
    ];
    for (const word of [...Object.values(plain), ...sentences, addedToCart('Mug')]) {
      expect(word).toMatch(/\S/);
      expect(word).not.toMatch(/[{}|]|undefined/);
    }
    expect(addedToCart('$& {} “x”')).toContain('$& {} “x”');
    expect([lowStock(3), rating(4.5), ratings(12)].every((text, n) => text.includes(['3', '4.5', '12'][n] ?? ''))).toBe(
      true,
    );
    // The list price comes first in all of them, as it did in time.
    expect(reduced('60 €', '48 €')).toMatch(/60 €.*48 €/s);
  });

  it('is English for other languages, and tells one from several', () => {
    expect(labelsIn('nl').ratings(1)).toBe('1 rating');
    expect(labelsIn('constructor').ratings(12)).toBe('12 ratings');
    expect(labelsIn('de-AT').lowStock(3)).toBe('Nur noch 3 da');
    expect(labelsIn('ES_mx').lowStock(1)).toBe('Solo queda 1');
  });
});
