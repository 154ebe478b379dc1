import { isUnspaced, termsOf } from '../../common/words';
import type { BundleFile } from '../bundle/manifest-schema';
import { categoryPrefixes } from '../catalog-statistics';
import { type SearchedItem, searchedTexts } from '../item';
import {
  type Completion,
  categoryKey,
  cut,
  encodeBucket,
  encodeTermDirectory,
  endOf,
  isPrefix,
  isWord,
  type Postings,
  prefixKey,
  sizeOf,
  type Term,
  type TermFile,
} from './term-files';

/** A product in each of the shop's languages, the main feed's first. Its category there is the one that pages name. */
export type TermItem = readonly SearchedItem[];

/** Target number of bytes of a bucket and of a directory, before compression. */
const BUCKET = 9000;
const DIRECTORY = 2000;
const MAX_COUNT = 255;
/** A term of more shards than this keeps the counts of the fullest only: the others compress to almost nothing. */
const MANY_SHARDS = 2048;
const FULLEST = 256;
/** Beginnings of up to so many characters are terms of their own, if at least so many words begin with them. */
const PREFIX_LENGTH = 3;
const MANY_WORDS = 64;
/** Number of shards, the fullest, that a beginning of many words leads to: a search loads fewer. */
const PREFIX_SHARDS = 64;
const COMPLETIONS = 8;

/** Where a term occurs, while shards are added. */
interface Counted {
  products: number;
  /** Numbers of shards and, beside each, of the products in it. */
  shards: number[];
  counts: number[];
}

/** The number of products in a shard that have a term, and of those that have it outside their descriptions. */
interface InShard {
  all: number;
  named: number;
}

/** Makes the index of a catalogue's words and categories, shard by shard. */
export class TermIndexBuilder {
  readonly #terms = new Map<string, Counted>();
  #shards = 0;

  /** Adds the next shard, which may be empty. The order of its products does not matter. */
  add(items: readonly TermItem[]): void {
    const shard = this.#shards++;
    const found = new Map<string, InShard>();
    for (const item of items) {
      const { named, described } = keysOf(item);
      for (const key of named) count(found, key).named++;
      for (const key of described) count(found, key);
    }
    for (const [key, { all, named }] of found) {
      const term = this.#terms.get(key) ?? { products: 0, shards: [], counts: [] };
      term.products += all;
      term.shards.push(shard);
      term.counts.push(Math.min(named, MAX_COUNT));
      this.#terms.set(key, term);
    }
  }

  /**
   * Writes buckets and directories. The same products in the same shards give the same bytes.
   * @param put stores a file under the name that follows from its bytes
   * @returns the root, which leads to all others
   */
  async write(put: (stem: 'terms', extension: 'bin', bytes: Uint8Array) => Promise<BundleFile>): Promise<BundleFile> {
    let files: TermFile[] = [];
    for (const part of cut(this.#sized(), BUCKET, 0)) {
      files.push({ ...(await put('terms', 'bin', encodeBucket(part))), first: part[0].key });
    }
    for (let level = 0; ; level++) {
      const entries = files.map((file) => ({ file, key: file.first, size: 40 + file.first.length / 2 }));
      const parts = [...cut(entries, DIRECTORY, level + 1)];
      const directories: TermFile[] = [];
      for (const part of parts.length > 1 ? parts : [entries]) {
        const bytes = encodeTermDirectory({ level, files: part.map(({ file }) => file) });
        directories.push({ ...(await put('terms', 'bin', bytes)), first: part[0]?.key ?? '' });
      }
      if (directories.length === 1) return directories[0];
      files = directories;
    }
  }

  *#sized(): Iterable<Term & { size: number }> {
    const sorted = [...this.#terms].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [n, [key, counted]] of sorted.entries()) {
      const completions = isPrefix(key) ? completionsOf(key, sorted, n + 1) : [];
      if (!completions) continue;
      const term = { key, ...postingsOf(counted, isPrefix(key)), completions };
      yield { ...term, size: sizeOf(term) };
    }
  }
}

/**
 * The words of most products among those that begin alike; null if few do.
 * @param from place of the words in the sorted terms
 */
function completionsOf(prefix: string, sorted: readonly [string, Counted][], from: number): Completion[] | null {
  const end = endOf(prefix.slice(0, -1));
  const words: Completion[] = [];
  for (let n = from; n < sorted.length && sorted[n][0] < end; n++) {
    const [word, { products }] = sorted[n];
    if (isWord(word)) words.push({ word, products });
  }
  if (words.length < MANY_WORDS) return null;
  // Pairs of characters are no words to suggest.
  const spaced = words.filter(({ word }) => !isUnspaced(word));
  return spaced.sort((a, b) => b.products - a.products).slice(0, COMPLETIONS);
}

function count(found: Map<string, InShard>, key: string): InShard {
  const counts = found.get(key) ?? { all: 0, named: 0 };
  counts.all++;
  found.set(key, counts);
  return counts;
}

/** The terms of a product, and those that only its description has. */
function keysOf(item: TermItem): { named: Set<string>; described: Set<string> } {
  const named = new Set<string>();
  const described = new Set<string>();
  for (const shown of item) {
    const texts = searchedTexts(shown);
    const description = texts.pop() ?? '';
    for (const word of texts.flatMap((text) => termsOf(text, false))) named.add(word);
    for (const word of termsOf(description, false)) described.add(word);
  }
  for (const word of named) described.delete(word);
  for (const word of [...named]) {
    const characters = [...word];
    const longest = Math.min(PREFIX_LENGTH, characters.length - 1);
    for (let length = 1; length <= longest; length++) named.add(prefixKey(characters.slice(0, length).join('')));
  }
  for (const path of categoryPrefixes(item[0]?.category ?? '')) named.add(categoryKey(path));
  return { named, described };
}

function postingsOf({ products, shards, counts }: Counted, prefix: boolean): Postings {
  const most = prefix ? PREFIX_SHARDS : shards.length > MANY_SHARDS ? FULLEST : shards.length;
  if (shards.length <= most) return { products, shards: Uint32Array.from(shards), counts: Uint8Array.from(counts) };
  const fullest = [...shards.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const [kept, others] = [fullest.slice(0, most), fullest.slice(most)];
  if (prefix) {
    kept.sort((a, b) => a - b);
    return {
      products,
      shards: Uint32Array.from(kept, (n) => shards[n]),
      counts: Uint8Array.from(kept, (n) => counts[n]),
    };
  }
  const named = others.filter((n) => counts[n] > 0);
  const mean = Math.round(named.reduce((sum, n) => sum + counts[n], 0) / Math.max(1, named.length));
  const lossy = Uint8Array.from(counts);
  for (const n of named) lossy[n] = mean;
  return { products, shards: Uint32Array.from(shards), counts: lossy };
}
