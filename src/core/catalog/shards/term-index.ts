// Where the products with some words, or of a category, are. Only pages that search or list a category need this code.

import { editDistance } from '../../common/edit-distance';
import { allowedErrors, ERROR_WEIGHTS, MAX_WORDS, PREFIX_WEIGHT, termsOf } from '../../common/words';
import type { BundleFile } from '../bundle/manifest-schema';
import {
  categoryKey,
  decodeBucket,
  decodeTermDirectory,
  FULLEST,
  isWord,
  type Term,
  type TermBucket,
} from './term-files';

/** Number of buckets in which words that begin alike are looked for. */
const RANGE = 3;
/** Number of shards that a search loads. */
const SHARDS = 6;
/** Weight of a word in a shard that has it in descriptions only, as a share of a product that has it in its title. */
const DESCRIBED = 0.3;

/** Weight of longer or otherwise spelled words if products have the word itself: many words begin like a short one. */
const BESIDE_EXACT = 0.1;

/** Above any key that begins with the text. */
const endOf = (beginning: string): string => `${beginning}\uffff`;

/** A term that fits a word of a query. */
interface Match {
  term: Term;
  /** 1 for the word itself, less for one that begins like it or is spelled otherwise. */
  quality: number;
}

/** A catalogue, and how its files are read. */
interface IndexedCatalog {
  /** The directory of its terms. */
  root: BundleFile;
  /** Number of shards. */
  shards: number;
  /** Number of items. */
  items: number;
  /** Fetches and decodes a file once. */
  read: <T>(file: BundleFile, decode: (bytes: ArrayBuffer) => T) => Promise<T>;
}

/** Finds the shards of words and categories. Loads a few files for each question; every method may reject with `bundle/*`. */
export class TermIndex {
  constructor(private readonly catalog: IndexedCatalog) {}

  /** Where the items of a category and of its narrower ones are, in all its shards; null if it has none. @param path empty: all items */
  async category(path: string): Promise<Term | null> {
    const key = categoryKey(path);
    return (await this.#terms(await this.#range(key, `${key}\0`))).find((term) => term.key === key) ?? null;
  }

  /**
   * The shards that suit a query best, the best first: shards with all its words come first, then shards rank by how rare the words are and
   * by how many products have them. The last word may be unfinished, and words may contain typing errors, but rarely in their first
   * letters.
   * @param options limit: number of shards, default 6; category: only shards with products of it
   */
  async find(text: string, { limit = SHARDS, category = '' } = {}): Promise<number[]> {
    const words = [...new Set(termsOf(text, true))].slice(0, MAX_WORDS);
    const [within, ...matches] = await Promise.all([
      category === '' ? null : this.category(category).then((found) => found?.shards ?? []),
      ...words.map((word, n) => this.#matches(word, n === words.length - 1)),
    ] as const);
    return rank(matches, within, this.catalog).slice(0, limit);
  }

  /** The files with the terms. */
  buckets(): Promise<TermBucket[]> {
    const { root, read } = this.catalog;
    return read(root, (bytes) => decodeTermDirectory(bytes, root.file));
  }

  /** Reads and checks all files. */
  async check(): Promise<void> {
    for (const bucket of await this.buckets()) await this.#terms([bucket]);
  }

  /** The terms that fit a word, also with typing errors if the same buckets have them, such as its plural. */
  async #matches(word: string, last: boolean): Promise<Match[]> {
    const errors = allowedErrors(word);
    const fitting = (terms: readonly Term[]): Match[] =>
      terms.flatMap((term) => {
        if (!isWord(term.key)) return [];
        if (last && term.key !== word && term.key.startsWith(word)) return [{ term, quality: PREFIX_WEIGHT }];
        const distance = editDistance(word, term.key, errors);
        return distance <= errors ? [{ term, quality: ERROR_WEIGHTS[distance] }] : [];
      });
    const own = fitting(await this.#terms(await this.#range(word, last ? endOf(word) : `${word}\0`)));
    const exact = own.find(({ quality }) => quality === 1);
    if (exact)
      return own.map((match) => (match === exact ? match : { ...match, quality: BESIDE_EXACT * match.quality }));
    if (errors === 0 || own.some(({ quality }) => quality >= PREFIX_WEIGHT)) return own;
    // The words with most of the first letters in common that a few files have.
    for (let length = 1; length < word.length; length++) {
      const beginning = word.slice(0, length);
      const buckets = await this.#range(beginning, endOf(beginning), RANGE + 1);
      if (buckets.length <= RANGE) return fitting(await this.#terms(buckets));
    }
    return own;
  }

  async #terms(buckets: readonly TermBucket[]): Promise<Term[]> {
    const { read, shards } = this.catalog;
    const decoded = buckets.map((bucket) => read(bucket, (bytes) => decodeBucket(bytes, bucket, shards)));
    return (await Promise.all(decoded)).flat();
  }

  /** The first buckets that may have keys from one to below another. */
  async #range(from: string, to: string, most = RANGE): Promise<TermBucket[]> {
    const buckets = await this.buckets();
    const above = buckets.findIndex(({ first }) => first > from);
    const start = Math.max(0, (above < 0 ? buckets.length : above) - 1);
    return buckets.slice(start, start + most).filter(({ first }) => first < to);
  }
}

function rank(
  words: readonly (readonly Match[])[],
  within: readonly number[] | null,
  catalog: IndexedCatalog,
): number[] {
  const scores = new Float64Array(catalog.shards);
  const held = new Uint8Array(catalog.shards);
  for (const matches of words) {
    const fit = new Float64Array(catalog.shards);
    let products = 0;
    for (const { term, quality } of matches) {
      products += term.products;
      for (const [n, shard] of term.shards.entries()) fit[shard] += quality * (term.counts[n] || DESCRIBED);
    }
    // A word with the full number of shards is in others, too.
    const everywhere = matches.some(({ term }) => term.shards.length >= FULLEST);
    // A word that only a few products have says more.
    const weight = Math.log1p(catalog.items / Math.max(1, products));
    for (let shard = 0; shard < fit.length; shard++) {
      scores[shard] += weight * Math.log1p(fit[shard]);
      if (everywhere || fit[shard] > 0) held[shard]++;
    }
  }
  const all = (shard: number): number => (held[shard] === words.length ? 1 : 0);
  return [...(within ?? scores.keys())]
    .filter((shard) => held[shard] > 0)
    .sort((a, b) => all(b) - all(a) || scores[b] - scores[a] || a - b);
}
