import { kept } from '../../common/grouped';
import { termsOf } from '../../common/words';
import type { BundleFile } from '../bundle/manifest-schema';
import { categoryPrefixes } from '../catalog-statistics';
import { type Item, searchedTexts } from '../item';
import {
  categoryKey,
  cutTerms,
  encodeBucket,
  encodeTermDirectory,
  FULLEST,
  isWord,
  type Term,
  type TermBucket,
} from './term-files';

/** An item in each of the shop's languages, the main feed's first. Its category there is the one that pages name. */
export type TermItem = readonly [Item, ...Item[]];

/** Makes the index of a catalogue's words and categories, shard by shard. */
export class TermBuilder {
  readonly #terms = new Map<string, Term>();
  #shards = 0;

  /** Adds the next shard. The order of its items does not matter. */
  add(items: readonly TermItem[]): void {
    /** Products by key, and whether they have the word outside their descriptions. */
    const found = new Map<string, Map<string, boolean>>();
    const add = (key: string, product: string, named: boolean): void => {
      const products = kept(found, key, () => new Map<string, boolean>());
      products.set(product, named || products.get(product) === true);
    };
    for (const item of items) {
      const [{ id, group = id, category }] = item;
      for (const path of ['', ...categoryPrefixes(category)]) add(categoryKey(path), id, true);
      for (const texts of item.map(searchedTexts)) {
        for (const [n, text] of texts.entries()) {
          for (const word of termsOf(text, false)) add(word, group, n < texts.length - 1);
        }
      }
    }
    for (const [key, products] of found) {
      const term = kept(this.#terms, key, (): Term => ({ key, products: 0, shards: [], counts: [] }));
      term.products += products.size;
      term.shards.push(this.#shards);
      term.counts.push([...products.values()].filter(Boolean).length);
    }
    this.#shards++;
  }

  /** Writes buckets and their directory. The same items in the same shards give the same bytes. @returns the directory */
  async write(put: (stem: string, extension: string, bytes: Uint8Array) => Promise<BundleFile>): Promise<BundleFile> {
    const sorted = [...this.#terms.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const buckets: TermBucket[] = [];
    for (const part of cutTerms(sorted.map(fullest))) {
      buckets.push({ ...(await put('terms', 'bin', encodeBucket(part))), first: part[0].key });
    }
    return put('terms', 'bin', encodeTermDirectory(buckets));
  }
}

/** A category keeps all its shards, by which pages list it. */
function fullest(term: Term): Term {
  const { key, shards, counts } = term;
  if (!isWord(key) || shards.length <= FULLEST) return term;
  const ranked = [...shards.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const most = ranked.slice(0, FULLEST).sort((a, b) => a - b);
  return { ...term, shards: most.map((n) => shards[n]), counts: most.map((n) => counts[n]) };
}
