import { allowedErrors, ERROR_WEIGHTS, editDistance, MAX_WORDS, PREFIX_WEIGHT, termsOf } from '../../common/words';
import type { BundleFile } from '../bundle/manifest-schema';
import {
  type Completion,
  categoryKey,
  decodeBucket,
  decodeTermDirectory,
  endOf,
  isWord,
  type Postings,
  prefixKey,
  type Term,
  type TermBounds,
  type TermDirectory,
  type TermFile,
} from './term-files';

/** Number of files that stay decoded. */
const KEPT = 32;
/** Number of buckets in which words that begin alike are looked for. */
const RANGE = 3;
/** Number of shards that a search loads. */
const SHARDS = 6;
/** What a word counts in a shard that has it in descriptions only, as a share of a product that has it in its title. */
const DESCRIBED = 0.3;

export interface FoundShards {
  /** Numbers of the shards that fit best, the best first. */
  shards: number[];
  /** Whether the first of them has all words of the query. */
  complete: boolean;
}

/** A term that fits a word of a query. */
interface Match {
  term: Term;
  /** 1 for the word itself, less for one that begins like it or is spelled otherwise. */
  quality: number;
}

/** Finds the shards in which the products with some words, or of a category, are. Loads a few files for each question. */
export class TermIndex {
  readonly #root: TermDirectory;
  readonly #directories = new RecentFiles<TermDirectory>();
  readonly #decoded = new RecentFiles<Term[]>();

  /**
   * @param root the file that the builder returned, and its bytes
   * @param load gets another file, checked
   * @throws SidestreamError `bundle/invalid`
   */
  constructor(
    root: { file: string; bytes: ArrayBuffer },
    private readonly bounds: TermBounds,
    private readonly load: (file: BundleFile) => Promise<ArrayBuffer>,
  ) {
    this.#root = decodeTermDirectory(root.bytes, { file: root.file, first: null, level: null });
  }

  /** Where the products of a category and of its narrower ones are; null if it has none. @throws SidestreamError `bundle/*` */
  category(path: string): Promise<Postings | null> {
    return this.#term(categoryKey(path));
  }

  /**
   * Words that begin like an unfinished one, those of most products first.
   * @param beginning as typed
   * @throws SidestreamError `bundle/*`
   */
  async complete(beginning: string, limit = 8): Promise<Completion[]> {
    const word = termsOf(beginning, true).at(-1);
    if (word === undefined) return [];
    const own = await this.#term(word);
    const many = await this.#term(prefixKey(word));
    const longer =
      many?.completions ?? (await this.#beginningWith(word)).map(({ key, products }) => ({ word: key, products }));
    const all = [...(own ? [{ word, products: own.products }] : []), ...longer];
    return all.sort((a, b) => b.products - a.products || (a.word < b.word ? -1 : 1)).slice(0, limit);
  }

  /**
   * The shards that have most of what a query names: those with all its words first, then by how rare the words are and by how
   * many products have them. The last word may be unfinished, and words may contain typing errors, but rarely in their first letters.
   * @param options limit: number of shards, default 6; category: only shards with products of it
   * @throws SidestreamError `bundle/*`
   */
  async find(text: string, { limit = SHARDS, category = '' } = {}): Promise<FoundShards> {
    const words = [...new Set(termsOf(text, true))].slice(0, MAX_WORDS);
    const [within, ...matches] = await Promise.all([
      category === '' ? null : this.category(category).then((found) => found?.shards ?? new Uint32Array()),
      ...words.map((word, n) => this.#matches(word, n === words.length - 1)),
    ] as const);
    return rank(matches, within, this.bounds, limit);
  }

  async #matches(word: string, last: boolean): Promise<Match[]> {
    const own = await this.#term(word);
    const matches: Match[] = own ? [{ term: own, quality: 1 }] : [];
    if (last) {
      const many = await this.#term(prefixKey(word));
      for (const longer of many ? [many] : await this.#beginningWith(word)) {
        matches.push({ term: longer, quality: PREFIX_WEIGHT });
      }
    }
    const keys = new Set(matches.map(({ term }) => term.key));
    const near = await this.#near(word, keys.size > 0);
    return [...matches, ...near.filter(({ term }) => !keys.has(term.key))];
  }

  /** Longer words. */
  async #beginningWith(word: string): Promise<Term[]> {
    const terms = await this.#terms(await this.#buckets(word, endOf(word), RANGE));
    return terms.filter(({ key }) => key.length > word.length && key.startsWith(word) && isWord(key));
  }

  /**
   * Words that differ by a few typing errors. They begin with the same letters as the word, by which a few files are chosen.
   * @param known whether products have the word itself: then only its own file is searched, which has its plural, too
   */
  async #near(word: string, known: boolean): Promise<Match[]> {
    const errors = allowedErrors(word);
    if (errors === 0) return [];
    let buckets = known ? await this.#buckets(word, `${word}\0`, 1) : [];
    for (let length = 1; length < word.length && !known; length++) {
      const beginning = word.slice(0, length);
      buckets = await this.#buckets(beginning, endOf(beginning), RANGE + 1);
      if (buckets.length <= RANGE) break;
    }
    return (await this.#terms(buckets.slice(0, RANGE))).flatMap((term) => {
      if (!isWord(term.key) || Math.abs(term.key.length - word.length) > errors) return [];
      const distance = editDistance(word, term.key, errors);
      return distance > 0 && distance <= errors ? [{ term, quality: ERROR_WEIGHTS[distance] }] : [];
    });
  }

  async #term(key: string): Promise<Term | null> {
    const terms = await this.#terms(await this.#buckets(key, `${key}\0`, 1));
    return terms.find((term) => term.key === key) ?? null;
  }

  async #terms(buckets: readonly TermFile[]): Promise<Term[]> {
    const read = async (file: TermFile) => decodeBucket(await this.load(file), file, this.bounds);
    return (await Promise.all(buckets.map((file) => this.#decoded.get(file.file, () => read(file))))).flat();
  }

  /** The first buckets that may have keys from one to below another. */
  async #buckets(from: string, to: string, most: number, { level, files } = this.#root): Promise<TermFile[]> {
    const above = files.findIndex(({ first }) => first > from);
    const start = Math.max(0, (above < 0 ? files.length : above) - 1);
    const found: TermFile[] = [];
    for (let at = start; at < files.length && files[at].first < to && found.length < most; at++) {
      const file = files[at];
      if (level === 0) found.push(file);
      else {
        const read = async () => decodeTermDirectory(await this.load(file), { ...file, level: level - 1 });
        const directory = await this.#directories.get(file.file, read);
        found.push(...(await this.#buckets(from, to, most - found.length, directory)));
      }
    }
    return found;
  }
}

/** Files that were read, of which the last ones used are kept. */
class RecentFiles<T> {
  readonly #files = new Map<string, Promise<T>>();

  get(name: string, read: () => Promise<T>): Promise<T> {
    const file = this.#files.get(name) ?? read();
    this.#files.delete(name);
    this.#files.set(name, file);
    // The caller gets the error, and the next one reads the file again.
    file.catch(() => this.#files.delete(name));
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= KEPT) break;
      this.#files.delete(oldest);
    }
    return file;
  }
}

function rank(
  words: readonly (readonly Match[])[],
  within: Uint32Array | null,
  bounds: TermBounds,
  limit: number,
): FoundShards {
  const scores = new Float64Array(bounds.shards);
  const held = new Uint8Array(bounds.shards);
  for (const matches of words) {
    const fit = new Float64Array(bounds.shards);
    let products = 0;
    for (const { term, quality } of matches) {
      products += term.products;
      for (const [n, shard] of term.shards.entries()) fit[shard] += quality * (term.counts[n] || DESCRIBED);
    }
    // A word that only a few products have says more.
    const weight = Math.log1p(bounds.products / Math.max(1, products));
    for (let shard = 0; shard < fit.length; shard++) {
      if (fit[shard] === 0) continue;
      scores[shard] += weight * Math.log1p(fit[shard]);
      held[shard]++;
    }
  }
  const all = (shard: number): number => (held[shard] === words.length ? 1 : 0);
  const shards = [...(within ?? scores.keys())]
    .filter((shard) => held[shard] > 0)
    .sort((a, b) => all(b) - all(a) || scores[b] - scores[a] || a - b)
    .slice(0, limit);
  return { shards, complete: shards.length > 0 && all(shards[0]) === 1 };
}
