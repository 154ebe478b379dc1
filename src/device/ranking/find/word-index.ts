import { type Item, searchedTexts } from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';
import { editDistance } from '../../../core/common/edit-distance';
import {
  allowedErrors,
  ERROR_WEIGHTS,
  lettersOf,
  MAX_WORDS,
  PREFIX_WEIGHT,
  tooDifferent,
  wordsOf,
} from '../../../core/common/words';

/** How long items are added before other work of the worker has a turn, ms. */
const SLICE_MS = 10;

/** The weight of each of the `searchedTexts()` of an item; bit n of a posting says that field n has the word. */
const FIELD_WEIGHTS = [1, 0.8, 0.7, 0.3];
const FIELD_BITS = FIELD_WEIGHTS.length;
/** Weight of every combination of fields: the weight of its best field. */
const WEIGHT_OF_FIELDS = Array.from({ length: 1 << FIELD_BITS }, (_, fields) =>
  FIELD_WEIGHTS.reduce((most, weight, n) => (fields & (1 << n) ? Math.max(most, weight) : most), 0),
);

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
  /** Whether these items have all words of the query. */
  complete: boolean;
  /** Similarity of the query's words to the catalogue's, 0 to 1: the mean over the query's words; 1 for a word that the catalogue has, or has the beginning of. */
  likeness: number;
  /** Whether a word of the query was found only in words with other letters, as after a typing error. */
  similar: boolean;
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
    const likeness: number[] = [];
    for (const [n, word] of words.entries()) {
      const fit = new Float32Array(length);
      const { matched, best } = this.#fit(word, n === words.length - 1, fit);
      likeness.push(best);
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
    return {
      scores,
      complete: most === words.length,
      likeness: likeness.reduce((sum, value) => sum + value, 0) / Math.max(1, likeness.length),
      similar: likeness.some((value) => value > 0 && value < 1),
    };
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
   * @returns the slots of the items that fit, and the likeness of the word that is most like it
   */
  #fit(word: string, last: boolean, fit: Float32Array): { matched: number[]; best: number } {
    const matched: number[] = [];
    let best = 0;
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
    if (matched.length > 0) best = 1;
    const errors = allowedErrors(word);
    if (errors === 0) return { matched, best };
    const letters = lettersOf(word);
    for (const other of this.#alphabetical) {
      if (Math.abs(other.text.length - word.length) > errors || tooDifferent(letters, other.letters, errors)) continue;
      const distance = editDistance(word, other.text, errors);
      if (distance === 0 || distance > errors) continue;
      add(other, ERROR_WEIGHTS[distance]);
      best = Math.max(best, ERROR_WEIGHTS[distance]);
    }
    return { matched, best };
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
