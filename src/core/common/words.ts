import { kept } from './grouped';

/** The set of a word's letters as the bits of a number; letters of other scripts share bits. */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) letters |= 1 << (word.charCodeAt(at) & 31);
  return letters;
}

/** Whether the sets of letters of two words prove that these differ by more errors: each error changes at most two letters of a set. */
export function tooDifferent(one: number, other: number, errors: number): boolean {
  let differing = one ^ other;
  let count = 0;
  for (; differing !== 0; differing &= differing - 1) count++;
  return count > 2 * errors;
}

// Words of texts and of queries, in the form in which they are compared.

/** Scripts without spaces between words, with the marks that several of them share, such as the Japanese `ー`. */
const SCRIPTS = ['Han', 'Hira', 'Kana', 'Thai', 'Laoo', 'Khmr', 'Mymr'].map((name) => `\\p{scx=${name}}`).join('');
const UNSPACED = new RegExp(`[${SCRIPTS}]`, 'u');
const UNSPACED_OR_NOT = new RegExp(`[${SCRIPTS}]+|[^${SCRIPTS}]+`, 'gu');
/** Marks of the scripts that are commonly typed without them. Elsewhere marks are letters: vowels in Thai, sounds in Japanese. */
const OPTIONAL_MARKS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{Mn}+/gu;
/** Letters that Unicode does not decompose, as they are commonly typed. */
const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' };
const SPELLED_LETTERS = new RegExp(`[${Object.keys(SPELLED).join('')}]`, 'g');
const POSSESSIVE = /['’]s(?![\p{L}\p{N}])/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Longer words are cut: nobody types them, and the time to look for typing errors grows with the length. */
const MAX_WORD_LENGTH = 40;

const segmenters = new Map<string, Intl.Segmenter | null>();

/** Finds the words of a script without spaces; null in an old browser, in which each character counts as a word. */
const segmenterFor = (language: string): Intl.Segmenter | null =>
  kept(segmenters, language, () => {
    if (!('Segmenter' in Intl)) return null;
    try {
      return new Intl.Segmenter(language, { granularity: 'word' });
    } catch {
      // No such language.
      return new Intl.Segmenter(undefined, { granularity: 'word' });
    }
  });

/** Without differences of case, width and accents: `Größe` and `ｇｒｏｓｓｅ` are equal. Letters of other scripts stay as they are. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  // Most texts need no more; testing that first is several times as fast.
  if (/^\p{ASCII}*$/u.test(lower)) return lower;
  return lower
    .normalize('NFKD')
    .replace(OPTIONAL_MARKS, '')
    .normalize('NFC')
    .replace(SPELLED_LETTERS, (letter) => SPELLED[letter]);
}

/**
 * The words of a text, folded, in their order.
 * @param language a tag, for scripts without spaces; default: the browser's
 */
export function wordsOf(text: string, language = ''): string[] {
  return runsOf(text, (run) => segments(run, language));
}

/**
 * The words of a text as terms of an index that another engine has made. Of scripts without spaces these are pairs of
 * neighbouring characters, because engines split such texts differently.
 * @param query whether they are to be found, not indexed: an index has the last character of a run by itself, too
 */
export const termsOf = (text: string, query: boolean): string[] =>
  runsOf(text, (run) => (run.match(UNSPACED_OR_NOT) ?? []).flatMap((part) => pairs(part, query)));

function pairs(part: string, query: boolean): string[] {
  if (!UNSPACED.test(part)) return [part];
  const characters = [...part];
  const all = characters.map((character, n) => character + (characters[n + 1] ?? ''));
  return query && all.length > 1 ? all.slice(0, -1) : all;
}

/** The words of a text. @param split splits a run of letters that has a script without spaces */
function runsOf(text: string, split: (run: string) => string[]): string[] {
  const found: string[] = folded(text).replace(POSSESSIVE, '').match(WORD) ?? [];
  const words = UNSPACED.test(text) ? found.flatMap((word) => (UNSPACED.test(word) ? split(word) : word)) : found;
  return words.map((word) => (word.length > MAX_WORD_LENGTH ? shortened(word) : word));
}

/** Without half a character at the end: UTF-8 could not encode it. */
const shortened = (word: string): string => word.slice(0, MAX_WORD_LENGTH).replace(/[\ud800-\udbff]$/u, '');

function segments(run: string, language: string): string[] {
  const segmenter = segmenterFor(language);
  if (!segmenter) return [...run];
  return Array.from(segmenter.segment(run)).flatMap(({ segment, isWordLike }) => (isWordLike ? segment : []));
}

/** How many letters of a word of a query may be wrong, missing or extra. */
export function allowedErrors({ length }: string): number {
  if (length < 4) return 0;
  return length < 8 ? 1 : 2;
}

/** Most words of a query that count. */
export const MAX_WORDS = 12;
/** Weight of another form of a word, and of one that begins like the last word of the query, which may be unfinished. */
export const PREFIX_WEIGHT = 0.7;
/** Weight of a word by its number of typing errors. */
export const ERROR_WEIGHTS = [1, 0.45, 0.2];
