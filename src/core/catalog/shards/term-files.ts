import { hex, joinBytes } from '../../common/bytes';
import { hash32 } from '../../common/hash';
import { invalidBundle } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest-schema';

/**
 * Keys of the index, of three kinds: a word (`shirt`), a category path (`/Men/Shirts`), and a beginning of many words (`sh*`).
 * Words have neither of the two signs.
 */
export const categoryKey = (path: string): string => `/${path}`;
export const prefixKey = (beginning: string): string => `${beginning}*`;

const isCategory = (key: string): boolean => key.startsWith('/');
export const isPrefix = (key: string): boolean => key.endsWith('*') && !isCategory(key);
export const isWord = (key: string): boolean => !isCategory(key) && !isPrefix(key);

/** Above any key that begins with the text. */
export const endOf = (beginning: string): string => `${beginning}\uffff`;

/** Where a term occurs. */
export interface Postings {
  /** Number of products of the catalogue. */
  products: number;
  /** Numbers of the shards that have some of them, ascending. */
  shards: Uint32Array;
  /**
   * Number of these products in each shard, at most 255; 0 if the word is only in their descriptions. A term of more than 2,048
   * shards has the mean of the others in all but the 256 with the most.
   */
  counts: Uint8Array;
}

export interface Term extends Postings {
  key: string;
  /** Of a beginning: the longer words that most products have, most first. */
  completions: readonly Completion[];
}

export interface Completion {
  word: string;
  /** Number of products that have it. */
  products: number;
}

/** A file of terms in a range, or of directories of such files. */
export interface TermFile extends BundleFile {
  /** Its first key. */
  first: string;
}

export interface TermDirectory {
  /** 0: its files are buckets of terms; n: directories of level n - 1. */
  level: number;
  files: TermFile[];
}

const DIGEST = 32;
const MAX_LEVEL = 8;
/** Longest category key, in bytes: a category has at most 500 characters. */
const MAX_KEY = 2000;

/** A name follows from the digest. */
const fileName = (sha256: string): string => `terms-${sha256.slice(0, 16)}.bin`;

/** Writes numbers from 0 in 7 bits a byte, the lowest first, and keys without what they share with the one before. */
class Writer {
  readonly #parts: Uint8Array[] = [];
  #before = new Uint8Array();

  numbers(values: Iterable<number>): void {
    const bytes: number[] = [];
    for (let value of values) {
      for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
      bytes.push(value);
    }
    this.bytes(Uint8Array.from(bytes));
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
  }

  key(key: string): void {
    const bytes = new TextEncoder().encode(key);
    let shared = 0;
    while (shared < bytes.length && bytes[shared] === this.#before[shared]) shared++;
    this.numbers([shared, bytes.length - shared]);
    this.bytes(bytes.subarray(shared));
    this.#before = bytes;
  }

  get whole(): Uint8Array {
    return joinBytes(this.#parts);
  }
}

/** Reads what a `Writer` wrote. */
class Reader {
  #at = 0;
  #before = new Uint8Array();

  constructor(
    private readonly whole: Uint8Array,
    readonly file: string,
  ) {}

  invalid(what: string): Error {
    return invalidBundle(this.file, what);
  }

  /** A number up to `most`. */
  number(most: number): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.whole[this.#at++];
      if (byte === undefined) throw this.invalid('it ends too early');
      value += (byte & 0x7f) * factor;
      if (byte >= 0x80) continue;
      if (value > most) throw this.invalid(`has the number ${value} where at most ${most} is possible`);
      return value;
    }
    throw this.invalid('has a number that is too large');
  }

  /** The number of following parts, each of at least some bytes: no more than there is room for. */
  count(bytesEach: number): number {
    return this.number(Math.floor((this.whole.length - this.#at) / bytesEach));
  }

  bytes(length: number): Uint8Array {
    if (length > this.whole.length - this.#at) throw this.invalid('it ends too early');
    this.#at += length;
    return this.whole.subarray(this.#at - length, this.#at);
  }

  key(): string {
    const shared = this.number(this.#before.length);
    this.#before = joinBytes([this.#before.subarray(0, shared), this.bytes(this.number(MAX_KEY - shared))]);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#before);
    } catch (error) {
      throw invalidBundle(this.file, 'has a term that is not UTF-8', error);
    }
  }

  end(): void {
    if (this.#at !== this.whole.length) throw this.invalid('it has bytes after its end');
  }
}

/** @param before -1 for the first shard */
function* gaps(shards: Iterable<number>, before = -1): Iterable<number> {
  for (const shard of shards) {
    yield shard - before - 1;
    before = shard;
  }
}

/** About the number of bytes of a term in a bucket, by which buckets are cut. */
export const sizeOf = ({ shards, completions }: Term): number => 8 + 2 * shards.length + 8 * completions.length;

/**
 * Writes a bucket: the number of its terms, then of each, in the order of the keys: its key, its number of products, its number of
 * shards, the gaps between these, a byte of count for each shard, and the completions of a beginning.
 */
export function encodeBucket(terms: readonly Term[]): Uint8Array {
  const writer = new Writer();
  writer.numbers([terms.length]);
  for (const { key, products, shards, counts, completions } of terms) {
    writer.key(key);
    writer.numbers([products, shards.length]);
    writer.numbers(gaps(shards));
    writer.bytes(counts);
    if (!isPrefix(key)) continue;
    writer.numbers([completions.length]);
    for (const completion of completions) {
      writer.key(completion.word);
      writer.numbers([completion.products]);
    }
  }
  return writer.whole;
}

/** The size of a catalogue, by which its terms are checked. */
export interface TermBounds {
  shards: number;
  /** Number of products. */
  products: number;
}

/**
 * Reads the output of `encodeBucket`.
 * @throws SidestreamError `bundle/invalid` when it does not begin with the key in the directory, or contradicts the bounds
 */
export function decodeBucket(bytes: ArrayBuffer, { file, first }: TermFile, bounds: TermBounds): Term[] {
  const reader = new Reader(new Uint8Array(bytes), file);
  const terms = Array.from({ length: reader.count(4) }, () => decodeTerm(reader, bounds));
  reader.end();
  checkOrder(
    terms.map(({ key }) => key),
    first,
    reader,
  );
  return terms;
}

function decodeTerm(reader: Reader, bounds: TermBounds): Term {
  const key = reader.key();
  const products = reader.number(bounds.products);
  const length = reader.number(Math.min(products, bounds.shards));
  const shards = new Uint32Array(length);
  let next = 0;
  for (let n = 0; n < length; n++) {
    shards[n] = next + reader.number(bounds.shards - 1 - next);
    next = shards[n] + 1;
  }
  const counts = reader.bytes(length);
  const many = isPrefix(key) ? reader.count(3) : 0;
  const completions = Array.from({ length: many }, () => ({
    word: reader.key(),
    products: reader.number(bounds.products),
  }));
  return { key, products, shards, counts, completions };
}

function checkOrder(keys: readonly string[], first: string | null, reader: Reader): void {
  const ordered = keys.every((key, n) => n === 0 || keys[n - 1] < key);
  if (!ordered || (first !== null && keys[0] !== first))
    throw reader.invalid('its terms are not those of the directory');
}

/** Writes a directory: its level, the number of its files, the first key and the bytes of each, then their 32-byte digests. */
export function encodeTermDirectory({ level, files }: TermDirectory): Uint8Array {
  const writer = new Writer();
  writer.numbers([level, files.length]);
  for (const { first, bytes } of files) {
    writer.key(first);
    writer.numbers([bytes]);
  }
  for (const { sha256 } of files) {
    writer.bytes(Uint8Array.from(sha256.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  }
  return writer.whole;
}

/**
 * Reads the output of `encodeTermDirectory`.
 * @param of its file; the root of the index has neither a first key nor a level that is known
 * @throws SidestreamError `bundle/invalid`
 */
export function decodeTermDirectory(
  bytes: ArrayBuffer,
  of: { file: string; first: string | null; level: number | null },
): TermDirectory {
  const reader = new Reader(new Uint8Array(bytes), of.file);
  const level = reader.number(MAX_LEVEL);
  const entries = Array.from({ length: reader.count(3 + DIGEST) }, () => ({
    first: reader.key(),
    bytes: reader.number(2 ** 32),
  }));
  const files = entries.map((entry) => {
    const sha256 = hex(reader.bytes(DIGEST));
    return { ...entry, sha256, file: fileName(sha256) };
  });
  reader.end();
  if (of.level !== null && level !== of.level) throw reader.invalid('it has the wrong level');
  checkOrder(
    files.map(({ first }) => first),
    of.first,
    reader,
  );
  return { level, files };
}

/**
 * Cuts a sorted list into parts of about `target` bytes. The keys decide where: a change in one part moves no cut elsewhere, so that
 * the other parts keep their bytes.
 * @param height of the part above the terms: the keys of directories are where parts were cut below, so they need other hashes
 */
export function* cut<T extends { key: string; size: number }>(
  entries: Iterable<T>,
  target: number,
  height: number,
): Iterable<T[]> {
  let part: T[] = [];
  let size = 0;
  for (const entry of entries) {
    // The expected number of cuts is proportional to the bytes; small parts are cut seldom and large ones soon.
    const chance = ((size < target ? 0.5 : 4) * entry.size) / target;
    const cuts =
      size + entry.size > 2 * target || (size > target / 4 && hash32(`${height}${entry.key}`) / 2 ** 32 < chance);
    if (part.length > 0 && cuts) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(entry);
    size += entry.size;
  }
  if (part.length > 0) yield part;
}
