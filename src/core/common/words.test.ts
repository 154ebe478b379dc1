import { expect, it } from 'vitest';
import { allowedErrors, folded, termsOf, wordsOf } from './words';

it('takes the words of a text regardless of case, punctuation, accents and width', () => {
  expect(wordsOf('Crème-brûlée “Kit”, 2×120 ml!')).toEqual(['creme', 'brulee', 'kit', '2', '120', 'ml']);
  expect(wordsOf("The Men's ＡＢＣ-Größe, Bjørn’s Ærø")).toEqual(['the', 'men', 'abc', 'grosse', 'bjorn', 'aero']);
  expect(wordsOf('ёлка Ελλάδα')).toEqual(['елка', 'ελλαδα']);
  expect(wordsOf(' ?! ')).toEqual([]);
});

it('keeps the letters of scripts whose marks change the letter', () => {
  expect(wordsOf('गुलाबी जूते')).toEqual(['गुलाबी', 'जूते']);
  expect(folded('が')).toBe('が');
  expect(folded('한국어')).toBe('한국어');
  expect(wordsOf('كُوب أحمر')).toEqual(['كوب', 'احمر']);
});

it('splits scripts without spaces into words', () => {
  expect(wordsOf('赤いマグカップ', 'ja')).toContain('赤い');
  expect(wordsOf('กระเป๋าสีแดง', 'th').length).toBeGreaterThan(1);
  expect(wordsOf('iPhone用ケース', 'ja')[0]).toBe('iphone');
  // The segmenter accepts no such tag.
  expect(wordsOf('赤い靴', 'de_DE').join('')).toBe('赤い靴');
});

it('cuts very long words', () => {
  expect(wordsOf('a'.repeat(500))[0]).toHaveLength(40);
});

it('allows more typing errors in longer words', () => {
  expect(['tea', 'kiwi', 'glasses', 'painting'].map(allowedErrors)).toEqual([0, 1, 1, 2]);
});

it('has no half characters', () => {
  expect(wordsOf(`a${'𞤀'.repeat(30)}`)[0]).toMatch(/^a(𞤢){19}$/u);
});

it('takes pairs of characters of scripts without spaces as terms, which every engine finds alike', () => {
  expect(termsOf('Red マグカップ', false)).toEqual(['red', 'マグ', 'グカ', 'カッ', 'ップ', 'プ']);
  expect(termsOf('マグカップ', true)).toEqual(['マグ', 'グカ', 'カッ', 'ップ']);
  expect(termsOf('iPhone用ケース 靴', true)).toEqual(['iphone', '用ケ', 'ケー', 'ース', '靴']);
});
