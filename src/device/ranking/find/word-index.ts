import type { Item } from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';

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

/**
 * The number of typing errors between two words: letters that are wrong, missing, extra, or swapped with their neighbour (the
 * Damerau–Levenshtein distance, restricted so that no letter is changed twice).
 * @param most if the distance is larger, any number above this is returned
 */
export function editDistance(one: string, other: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let value = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) value = Math.min(value, before[j - 2] + 1);
      next.push(value);
      least = Math.min(least, value);
    }
    // A swap reaches back two rows, so one row above the bound is not enough to stop at.
    if (least > most + 1) return least;
    [before, row] = [row, next];
  }
  return row[other.length];
}

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

/** Longest attribute that counts as a name, characters: a brand, a colour. */
const MAX_NAME_LENGTH = 60;
/** Number of characters of a description that are searched. */
const MAX_DESCRIPTION_LENGTH = 1000;
/** How long items are added before other work of the worker has a turn, ms. */
const SLICE_MS = 10;

/** The searched fields of an item, each with its weight; bit n of a posting says that field n has the word. */
const FIELD_WEIGHTS = [1, 0.8, 0.7, 0.3];
const FIELD_BITS = FIELD_WEIGHTS.length;
/** Weight of every combination of fields: the weight of its best field. */
const WEIGHT_OF_FIELDS = Array.from({ length: 1 << FIELD_BITS }, (_, fields) =>
  FIELD_WEIGHTS.reduce((most, weight, n) => (fields & (1 << n) ? Math.max(most, weight) : most), 0),
);

/** Weight of a word that begins like the last word of the query, which may be unfinished. */
const PREFIX_WEIGHT = 0.9;
/** Weight of a word by its number of typing errors. */
const ERROR_WEIGHTS = [1, 0.6, 0.4];
const MAX_WORDS = 12;

interface Word {
  text: string;
  /** The set of its letters, for a quick comparison. */
  letters: number;
  /** Each item that has it: its slot and, in the lower bits, the fields. */
  postings: number[];
}

export interface WordMatches {
  /** [items] how well the words fit, 1 for the best and 0 for items that lack them. Items that they fit equally have equal values. */
  scores: Float32Array;
  count: number;
  /** Whether these items have all words of the query. */
  complete: boolean;
}

/**
 * An index of the words of a catalogue's items in one language. A query of a few letters is answered in a few milliseconds for
 * 10,000 items: the items of a word are plain numbers, and the words are in alphabetical order.
 */
export class WordIndex {
  readonly #words = new Map<string, Word>();
  /** In alphabetical order; null after words were added. */
  #sorted: Word[] | null = null;
  /** Number of slots, each with the words of an item. Slots of items that are gone, or have other texts now, stay unused. */
  #count = 0;
  /** The slot of each item, and the item as it was when its words were read. */
  readonly #read = new Map<string, { slot: number; item: Item }>();
  #items: readonly Item[] | null = null;
  #updating: Promise<void> = Promise.resolve();
  #slots: { items: readonly Item[]; slots: Int32Array } | null = null;

  /** @param language tag of the items' texts; empty: unknown @param pause lets other work have a turn */
  constructor(
    private readonly language: string,
    private readonly pause: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve)),
  ) {}

  /**
   * Reads the words of new and changed items and drops removed ones, in slices of a few milliseconds.
   * @param shown the items' texts in the language
   */
  update(items: readonly Item[], shown: Shown): Promise<void> {
    const update = this.#updating.then(() => (this.#items === items ? undefined : this.#update(items, shown)));
    this.#updating = update.catch(() => undefined);
    return update;
  }

  async #update(items: readonly Item[], shown: Shown): Promise<void> {
    const present = new Set<string>();
    let began = performance.now();
    for (const item of items) {
      present.add(item.id);
      const before = this.#read.get(item.id);
      if (before && hasSameTexts(before.item, item)) continue;
      this.#read.set(item.id, { slot: this.#add(shown(item)), item });
      if (performance.now() - began < SLICE_MS) continue;
      await this.pause();
      began = performance.now();
    }
    for (const id of this.#read.keys()) if (!present.has(id)) this.#read.delete(id);
    this.#items = items;
    this.#slots = null;
    void this.#alphabetical;
    // Most slots are unused after many changes of a large catalogue: the index is built again.
    if (this.#count <= 2 * this.#read.size + 1000) return;
    this.#words.clear();
    this.#read.clear();
    this.#count = 0;
    this.#sorted = null;
    await this.#update(items, shown);
  }

  #add(item: Item): number {
    const slot = this.#count++;
    const fieldsOf = new Map<string, number>();
    for (const [n, text] of searchedTexts(item).entries()) {
      for (const word of wordsOf(text, this.language)) fieldsOf.set(word, (fieldsOf.get(word) ?? 0) | (1 << n));
    }
    for (const [text, fields] of fieldsOf) {
      const posting = (slot << FIELD_BITS) | fields;
      const word = this.#words.get(text);
      if (word) word.postings.push(posting);
      else {
        this.#words.set(text, { text, letters: lettersOf(text), postings: [posting] });
        this.#sorted = null;
      }
    }
    return slot;
  }

  /**
   * The items that have all words of a query, or else those that have most of them. The last word may be unfinished, and words
   * may contain typing errors.
   * @param items of the catalogue; those that were never read are not found
   * @param admits which of them may be found, by row
   */
  search(text: string, items: readonly Item[], admits: (row: number) => boolean = () => true): WordMatches {
    const words = [...new Set(wordsOf(text, this.language))].slice(0, MAX_WORDS);
    const length = this.#count;
    const total = new Float32Array(length);
    const found = new Uint8Array(length);
    for (const [n, word] of words.entries()) {
      const fit = new Float32Array(length);
      const matched = this.#fit(word, n === words.length - 1, fit);
      // A word that only a few items have says more.
      const weight = Math.log1p(this.#read.size / Math.max(1, matched.length));
      for (const slot of matched) {
        total[slot] += weight * fit[slot];
        found[slot]++;
      }
    }
    const slots = this.#slotsOf(items);
    const rows: number[] = [];
    let most = 1;
    for (let row = 0; row < slots.length; row++) {
      const number = found[slots[row]] ?? 0;
      if (number < most || !admits(row)) continue;
      if (number > most) rows.length = 0;
      most = number;
      rows.push(row);
    }
    const scores = new Float32Array(items.length);
    const highest = rows.reduce((max, row) => Math.max(max, total[slots[row]]), 0);
    for (const row of rows) scores[row] = total[slots[row]] / highest;
    return { scores, count: rows.length, complete: most === words.length };
  }

  /** The slot of each item; -1 for one that was not read. */
  #slotsOf(items: readonly Item[]): Int32Array {
    if (this.#slots?.items !== items) {
      const slots = Int32Array.from(items, ({ id }) => this.#read.get(id)?.slot ?? -1);
      this.#slots = { items, slots };
    }
    return this.#slots.slots;
  }

  /**
   * How well each item fits a word of a query.
   * @param last whether it is the last word
   * @param fit [slots] gets the values
   * @returns the slots of the items that fit
   */
  #fit(word: string, last: boolean, fit: Float32Array): number[] {
    const matched: number[] = [];
    const add = ({ postings }: Word, quality: number): void => {
      for (const posting of postings) {
        const slot = posting >> FIELD_BITS;
        const value = quality * WEIGHT_OF_FIELDS[posting & (WEIGHT_OF_FIELDS.length - 1)];
        if (fit[slot] === 0) matched.push(slot);
        if (value > fit[slot]) fit[slot] = value;
      }
    };
    const own = this.#words.get(word);
    if (own) add(own, 1);
    if (last) for (const longer of this.#beginningWith(word)) add(longer, longer === own ? 1 : PREFIX_WEIGHT);
    const errors = allowedErrors(word);
    if (errors === 0) return matched;
    const letters = lettersOf(word);
    for (const other of this.#alphabetical) {
      if (Math.abs(other.text.length - word.length) > errors || tooDifferent(letters, other.letters, errors)) continue;
      const distance = editDistance(word, other.text, errors);
      if (distance > 0 && distance <= errors) add(other, ERROR_WEIGHTS[distance]);
    }
    return matched;
  }

  get #alphabetical(): Word[] {
    this.#sorted ??= [...this.#words.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
    return this.#sorted;
  }

  *#beginningWith(prefix: string): Iterable<Word> {
    const words = this.#alphabetical;
    let low = 0;
    for (let high = words.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (words[middle].text < prefix) low = middle + 1;
      else high = middle;
    }
    for (; low < words.length && words[low].text.startsWith(prefix); low++) yield words[low];
  }
}

/** Offers replace items, changing only prices and stock. */
const hasSameTexts = (one: Item, other: Item): boolean =>
  one === other ||
  (one.title === other.title &&
    one.description === other.description &&
    one.category === other.category &&
    one.attributes === other.attributes);

/** The texts of an item, in the order of the weights. */
function searchedTexts({ title, description, category, attributes }: Item): string[] {
  const names = Object.values(attributes)
    .flat()
    .filter((name): name is string => typeof name === 'string' && name.length <= MAX_NAME_LENGTH);
  return [title, names.join(' ; '), category, description.slice(0, MAX_DESCRIPTION_LENGTH)];
}
