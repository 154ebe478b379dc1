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
/** How much less a word in a text of weight 0 fits. It is less than what a beginning or a typing error costs, which so come after every whole word. */
const FIELD_RANGE = 0.24;
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

/** Longest ending by which two forms of a word differ, such as the singular and the plural. */
const MAX_ENDING = 2;
/** Fewest letters that two forms of a word share. */
const MIN_STEM = 3;

/** Whether two words, of which the longer begins with the shorter, are probably forms of one. */
const isForm = (shorter: string, longer: string): boolean =>
  shorter.length >= MIN_STEM && longer.length - shorter.length <= Math.min(MAX_ENDING, shorter.length - MIN_STEM + 1);

export interface WordMatches {
  /** [items] how well the words fit those that have most of them, 1 for the best, and 0 for all others. Items that they fit equally have equal values. */
  scores: Float32Array;
  /** [items] share of the query that each item has, 0 to 1: rare words count more, other forms and typing errors less. */
  shares: Float32Array;
  /** Whether the first items have all words of the query. */
  complete: boolean;
  /** Whether a word of the query is in the catalogue only with other letters, as after a typing error, or not at all. */
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
   * The items that have all words of a query, or else those that have most of them: first whole words, then other forms and beginnings
   * of words. A typing error is assumed only of a word that no item has in any form.
   * @param items of the catalogue; those that were never read are not found
   * @param admits which of them may be found, by row
   */
  search(text: string, items: readonly Item[], admits: (row: number) => boolean = () => true): WordMatches {
    const words = [...new Set(wordsOf(text, this.language))].slice(0, MAX_WORDS);
    const length = this.#count;
    const total = new Float32Array(length);
    const found = new Uint8Array(length);
    let [all, similar] = [0, false];
    for (const [n, word] of words.entries()) {
      const fit = new Float32Array(length);
      const { matched, mistyped } = this.#fit(word, n === words.length - 1, fit);
      similar ||= mistyped;
      // A word that only a few items have says more.
      const weight = Math.log1p(this.#read.size / Math.max(1, matched.length));
      all += weight;
      for (const slot of matched) {
        total[slot] += weight * fit[slot];
        found[slot]++;
      }
    }
    const slots = this.#slotsOf(items);
    const shares = new Float32Array(items.length);
    const rows: number[] = [];
    let most = 1;
    for (let row = 0; row < slots.length; row++) {
      const number = found[slots[row]] ?? 0;
      if (number === 0 || !admits(row)) continue;
      shares[row] = total[slots[row]] / all;
      if (number < most) continue;
      if (number > most) rows.length = 0;
      most = number;
      rows.push(row);
    }
    const scores = new Float32Array(items.length);
    const highest = rows.reduce((max, row) => Math.max(max, shares[row]), 0);
    for (const row of rows) scores[row] = shares[row] / highest;
    return { scores, shares, complete: most === words.length, similar };
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
   * @returns the slots of the items that fit, and whether they have it with typing errors only, or there is no such item
   */
  #fit(word: string, last: boolean, fit: Float32Array): { matched: number[]; mistyped: boolean } {
    const matched: number[] = [];
    const add = ({ postings }: Word, quality: number): void => {
      for (const posting of postings) {
        const slot = posting >> FIELD_BITS;
        const value = quality - FIELD_RANGE * (1 - WEIGHT_OF_FIELDS[posting & (WEIGHT_OF_FIELDS.length - 1)]);
        if (fit[slot] === 0) matched.push(slot);
        if (value > fit[slot]) fit[slot] = value;
      }
    };
    const own = this.#words.get(word);
    if (own) add(own, 1);
    for (const longer of this.#beginningWith(word)) {
      if (longer !== own && (last || isForm(word, longer.text))) add(longer, PREFIX_WEIGHT);
    }
    for (let ending = 1; ending <= MAX_ENDING; ending++) {
      const shorter = this.#words.get(word.slice(0, -ending));
      if (shorter && isForm(shorter.text, word)) add(shorter, PREFIX_WEIGHT);
    }
    const errors = allowedErrors(word);
    if (matched.length > 0 || errors === 0) return { matched, mistyped: matched.length === 0 };
    const letters = lettersOf(word);
    for (const other of this.#alphabetical) {
      if (Math.abs(other.text.length - word.length) > errors || tooDifferent(letters, other.letters, errors)) continue;
      const distance = editDistance(word, other.text, errors);
      if (distance <= errors) add(other, ERROR_WEIGHTS[distance]);
    }
    return { matched, mistyped: true };
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
