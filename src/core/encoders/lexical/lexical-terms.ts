import type { WeightedText } from '../../common/text';

/** Weight of each term of an item, by the term's hash. */
export type LexicalTerms = ReadonlyMap<number, number>;

/** Shortest and longest group of characters taken from a word, counting the spaces added at its ends. */
const GROUPS: readonly [number, number] = [3, 5];
/** The same for scripts that write words without spaces between them, or syllables as single characters. */
const DENSE_GROUPS: readonly [number, number] = [1, 3];
/** Words of these scripts are not separated by spaces, so each run of characters is read by its groups only. */
const WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const SYLLABLES = /\p{sc=Hangul}/u;
/** Maximum number of characters read of one text: the rest says nothing new about a product. */
const MAX_LENGTH = 2000;

/**
 * The terms of an item: its words, and the groups of three to five characters in them, by which compounds and inflected forms
 * of a word resemble each other in every language. Case and diacritics do not count, numbers have no groups. A term that occurs
 * often counts by the square root of its weight. Unlike the word boundaries of `Intl.Segmenter`, which come from the engine's
 * dictionaries, the terms are the same in Node and in every browser.
 */
export function lexicalTerms(texts: readonly WeightedText[]): LexicalTerms {
  const terms = new Map<number, number>();
  for (const { text, weight } of texts) {
    for (const word of wordsOf(text)) {
      for (const term of termsOf(word)) {
        const hash = hashOf(term);
        terms.set(hash, (terms.get(hash) ?? 0) + weight);
      }
    }
  }
  for (const [hash, weight] of terms) terms.set(hash, Math.sqrt(weight));
  return terms;
}

const wordsOf = (text: string): string[] =>
  text
    .slice(0, MAX_LENGTH)
    .normalize('NFKD')
    // Marks of Latin, Greek and Cyrillic letters. Those of other scripts, such as vowels, distinguish words.
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

function* termsOf(word: string): Generator<string> {
  const dense = WITHOUT_SPACES.test(word);
  if (!dense) yield word;
  if (/^\p{N}+$/u.test(word)) return;
  const [shortest, longest] = dense || SYLLABLES.test(word) ? DENSE_GROUPS : GROUPS;
  const characters = [...(dense ? word : ` ${word} `)];
  for (let length = shortest; length <= longest; length++) {
    for (let at = 0; at + length <= characters.length; at++) {
      const group = characters.slice(at, at + length).join('');
      // The sign keeps a group distinct from a word of the same characters.
      if (group.trim() !== '') yield `+${group}`;
    }
  }
}

/** FNV-1a of the UTF-16 code units, 32 bits. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < term.length; n++) hash = Math.imul(hash ^ term.charCodeAt(n), 0x01000193);
  return hash >>> 0;
}
