// Words of texts and of queries, in the form in which they are compared.

/** Scripts without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
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

/** Finds the words of a script without spaces; null in a browser that cannot. */
function segmenterFor(language: string): Intl.Segmenter | null {
  const known = segmenters.get(language);
  if (known !== undefined) return known;
  let segmenter: Intl.Segmenter | null = null;
  try {
    segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  } catch {
    // No such language, or an old browser, in which each character counts as a word.
    if (typeof Intl.Segmenter === 'function') segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  }
  segmenters.set(language, segmenter);
  return segmenter;
}

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
  const found: string[] = folded(text).replace(POSSESSIVE, '').match(WORD) ?? [];
  const words = UNSPACED.test(text)
    ? found.flatMap((word) => (UNSPACED.test(word) ? segments(word, language) : word))
    : found;
  return words.map((word) => (word.length > MAX_WORD_LENGTH ? word.slice(0, MAX_WORD_LENGTH) : word));
}

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
