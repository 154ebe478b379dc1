import { seededRandom } from '../../../src/core/common/random';

/** Words that synthetic products are described with; the tokeniser knows them but for every eighth, which falls into pieces. */
const WORDS = 4_000;
const UNKNOWN = 8;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

function syntheticWords(): string[] {
  const random = seededRandom(7);
  const syllables = [...'bcdfghklmnprstvw'].flatMap((first) => [...'aeiou'].map((second) => first + second));
  const words = new Set<string>();
  while (words.size < WORDS) {
    const length = 1 + Math.floor(random() * 3);
    words.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join(''));
  }
  return [...words];
}

const words = syntheticWords();

/** Vocabulary of a WordPiece tokeniser for these words: special tokens, letters, the known words. */
export const wordPieces = (): string[] => [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]'],
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
  ...['.', ','],
  ...words.filter((word, n) => word.length > 1 && n % UNKNOWN !== 0),
];

/** A text of so many words; frequent words come first in the list. */
function text(length: number, random: () => number): string {
  return Array.from({ length }, () => words[Math.floor(words.length * random() ** 2)]).join(' ');
}

/**
 * Texts of a catalogue with lengths as shops have them: many a bare title, many with a sentence or two, some with a long
 * description, of up to 128 tokens: transformers.js cuts longer ones elsewhere.
 */
export function mixedTexts(count: number, seed = 3): string[] {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number => Math.floor(least + random() * (most - least + 1));
  return Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.4) return text(between(2, 9), random);
    return text(kind < 0.8 ? between(8, 30) : between(30, 70), random);
  });
}
