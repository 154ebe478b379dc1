import * as v from 'valibot';
import { hash32 } from '../../common/hash';
import { fitting } from '../../common/schema';
import { invalidBundle, parseJson } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest-schema';

/** Keys of the index are words (`shirt`) and category paths (`/Men/Shirts`; `/` for all items). */
export const categoryKey = (path: string): string => `/${path}`;
export const isWord = (key: string): boolean => !key.startsWith('/');

/** A word of more shards has only as many, the fullest: the others would make up most of a large catalogue's index. */
export const FULLEST = 256;

/** Where a word or category occurs. */
export interface Term {
  key: string;
  /** Number of products with a word, where variants count once, or of items of a category. */
  products: number;
  /** Numbers of the shards that have some of them, ascending; of a word, the `FULLEST`. */
  shards: number[];
  /** Number of them in each of these shards; products that have a word only in their descriptions do not count. */
  counts: number[];
}

/** A file of terms in a range of keys. */
export interface TermBucket extends BundleFile {
  /** Its first key. */
  first: string;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const bucketSchema = v.array(v.strictTuple([v.string(), count, v.array(count), v.array(count)]));
const directorySchema = v.array(v.strictTuple([v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)), count]));

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Writes terms as JSON: key, products, the gaps between the numbers of the shards, and the counts of each. */
export const encodeBucket = (terms: readonly Term[]): Uint8Array =>
  encodeJson(
    terms.map(({ key, products, shards, counts }) => [
      key,
      products,
      shards.map((shard, n) => shard - (n === 0 ? 0 : shards[n - 1] + 1)),
      counts,
    ]),
  );

/**
 * Reads the output of `encodeBucket`.
 * @param shards number of shards of the bundle
 * @throws SidestreamError `bundle/invalid` when it does not begin with the key in the directory, or names other shards
 */
export function decodeBucket(bytes: ArrayBuffer, { file, first }: TermBucket, shards: number): Term[] {
  const invalid = (what: string): Error => invalidBundle(file, what);
  const terms = fitting(bucketSchema, parseJson(file, bytes), invalid).map(([key, products, gaps, counts]): Term => {
    let next = 0;
    const numbers = gaps.map((gap) => {
      next += gap + 1;
      return next - 1;
    });
    if (next > shards || counts.length !== numbers.length) throw invalid(`its term "${key}" names other shards`);
    return { key, products, shards: numbers, counts };
  });
  if (terms[0]?.key !== first || !isAscending(terms.map(({ key }) => key))) throw invalid(DIFFERENT);
  return terms;
}

/** Writes the list of the buckets as JSON: the first key, the start of the digest and the bytes of each. */
export const encodeTermDirectory = (buckets: readonly TermBucket[]): Uint8Array =>
  encodeJson(buckets.map(({ first, sha256, bytes }) => [first, sha256.slice(0, 16), bytes]));

/** Reads the output of `encodeTermDirectory`. @throws SidestreamError `bundle/invalid` */
export function decodeTermDirectory(bytes: ArrayBuffer, file: string): TermBucket[] {
  const entries = fitting(directorySchema, parseJson(file, bytes), (what) => invalidBundle(file, what));
  const buckets = entries.map(([first, sha256, size]) => ({ first, file: `terms-${sha256}.bin`, sha256, bytes: size }));
  if (!isAscending(buckets.map(({ first }) => first))) throw invalidBundle(file, DIFFERENT);
  return buckets;
}

const DIFFERENT = 'its terms differ from the directory';
const isAscending = (keys: readonly string[]): boolean => keys.every((key, n) => n === 0 || keys[n - 1] < key);

/** Target size of a bucket before compression, bytes: the first letters of a query load a few kB. */
const BUCKET = 16_000;

/**
 * Cuts sorted terms into buckets. The keys decide where: a change in one bucket moves no cut elsewhere, so that the others keep their
 * bytes.
 */
export function* cutTerms(terms: Iterable<Term>): Iterable<Term[]> {
  let part: Term[] = [];
  let size = 0;
  for (const term of terms) {
    const own = 12 + term.key.length + 4 * term.shards.length;
    // The chance of a cut is proportional to the bytes, so that buckets have this size on average.
    const cuts = size + own > 3 * BUCKET || (size > BUCKET / 4 && hash32(term.key) / 2 ** 32 < own / BUCKET);
    if (part.length > 0 && cuts) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(term);
    size += own;
  }
  if (part.length > 0) yield part;
}
