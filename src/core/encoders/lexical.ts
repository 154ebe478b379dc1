import { quantizeRow } from '../common/bytes';
import { leadingEigenpairs } from '../common/eigen';
import { startOf, type WeightedText } from '../common/text';

/** Weight of each term of an item, by the term's hash. */
export type LexicalTerms = ReadonlyMap<number, number>;

/** Shortest and longest group of characters taken from a word, counting the spaces added at its ends. */
const GROUPS: readonly [number, number] = [3, 5];
/** The same for scripts that write words without spaces between them, or syllables as single characters. */
const DENSE_GROUPS: readonly [number, number] = [1, 3];
/** Words of these scripts are not separated by spaces, so each run of characters is read by its groups only. */
const WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const SYLLABLES = /\p{sc=Hangul}/u;
/** Maximum number of characters read of one text: the rest says nothing new about a product. */
const MAX_LENGTH = 2000;

/**
 * The terms of an item: its words, and the groups of three to five characters in them, by which compounds and inflected forms
 * of a word resemble each other in every language. Case and diacritics do not count, numbers have no groups. A term that occurs
 * often counts by the square root of its weight. Unlike the word boundaries of `Intl.Segmenter`, which come from the engine's
 * dictionaries, the terms are the same in Node and in every browser.
 */
export function lexicalTerms(texts: readonly WeightedText[]): LexicalTerms {
  const terms = new Map<number, number>();
  for (const { text, weight } of texts) {
    for (const word of wordsOf(text)) {
      for (const hash of hashesOf(word)) terms.set(hash, (terms.get(hash) ?? 0) + weight);
    }
  }
  for (const [hash, weight] of terms) terms.set(hash, Math.sqrt(weight));
  return terms;
}

const wordsOf = (text: string): string[] =>
  startOf(text, MAX_LENGTH)
    .normalize('NFKD')
    // Marks of Latin, Greek and Cyrillic letters. Those of other scripts, such as vowels, distinguish words.
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** Hashes of the terms of words that were read before: the items of a catalogue share most of their words. */
const known = new Map<string, number[]>();
const MAX_KNOWN = 16_384;

function hashesOf(word: string): number[] {
  const hashes = known.get(word) ?? Array.from(termsOf(word), hashOf);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(word, hashes);
  return hashes;
}

function* termsOf(word: string): Generator<string> {
  const dense = WITHOUT_SPACES.test(word);
  if (!dense) yield word;
  if (/^\p{N}+$/u.test(word)) return;
  const [shortest, longest] = dense || SYLLABLES.test(word) ? DENSE_GROUPS : GROUPS;
  const characters = [...(dense ? word : ` ${word} `)];
  for (let length = shortest; length <= longest; length++) {
    for (let at = 0; at + length <= characters.length; at++) {
      const group = characters.slice(at, at + length).join('');
      // The sign keeps a group distinct from a word of the same characters.
      if (group.trim() !== '') yield `+${group}`;
    }
  }
}

/** FNV-1a of the UTF-16 code units, 32 bits. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < term.length; n++) hash = Math.imul(hash ^ term.charCodeAt(n), 0x01000193);
  return hash >>> 0;
}

/**
 * A text encoder that a build fits to the shop's own catalogue: latent semantic analysis (Deerwester et al. 1990) of words and
 * character groups. It reads every language, because all it knows comes from the catalogue.
 */
export interface LexicalEncoder {
  /** Width D of a vector. */
  dim: number;
  /** Hashes of the known terms, ascending. */
  terms: Uint32Array;
  /** [terms] Scale of each row. */
  scales: Float32Array;
  /** [terms, dim] Row of each term, without its scale. */
  rows: Int8Array;
}

/** Minimum number of items that a known term occurs in, and maximum share of all items. */
const [MIN_ITEMS, MAX_SHARE] = [2, 0.5];
/** Minimum and maximum number of known terms; between them, one for each item. 1,024 terms take 140 kB at a width of 128. */
const [MIN_TERMS, MAX_TERMS] = [1024, 8192];

/**
 * Fits the encoder: terms weighted by the log of their inverse frequency, items scaled to length 1, leading singular vectors.
 * The same items in the same order give the same encoder.
 * @param items terms of each item
 * @returns null if no term occurs in two items
 */
export function fitLexical(items: readonly LexicalTerms[], dim: number): LexicalEncoder | null {
  const known = knownTerms(items);
  if (known.length === 0) return null;
  const columnOf = new Map(known.map(({ term }, column) => [term, column]));
  const rows = items.map((terms) => {
    const found = [...terms].flatMap(([term, weight]) => {
      const column = columnOf.get(term);
      return column === undefined ? [] : [{ column, value: weight * known[column].inverse }];
    });
    const length = Math.hypot(...found.map(({ value }) => value)) || 1;
    return found.map(({ column, value }) => ({ column, value: value / length }));
  });
  const count = Math.min(dim, items.length);
  const toTerms = (vectors: Float64Array, carried: number): Float64Array => {
    const out = new Float64Array(known.length * carried);
    for (const [n, row] of rows.entries()) {
      for (const { column, value } of row) {
        for (let k = 0; k < carried; k++) out[column * carried + k] += value * vectors[k * items.length + n];
      }
    }
    return out;
  };
  const times = (vectors: Float64Array, carried: number): Float64Array => {
    const ofTerms = toTerms(vectors, carried);
    const out = new Float64Array(carried * items.length);
    for (const [n, row] of rows.entries()) {
      for (const { column, value } of row) {
        for (let k = 0; k < carried; k++) out[k * items.length + n] += value * ofTerms[column * carried + k];
      }
    }
    return out;
  };
  const { values, vectors } = leadingEigenpairs({ size: items.length, times }, count, 1);
  const ofTerms = toTerms(vectors, count);
  const encoder: LexicalEncoder = {
    dim,
    terms: Uint32Array.from(known, ({ term }) => term),
    scales: new Float32Array(known.length),
    rows: new Int8Array(known.length * dim),
  };
  const row = new Float32Array(dim);
  for (const [column, { inverse }] of known.entries()) {
    for (let k = 0; k < count; k++) {
      row[k] = values[k] > values[0] * MIN_VALUE ? (inverse * ofTerms[column * count + k]) / Math.sqrt(values[k]) : 0;
    }
    encoder.scales[column] = quantizeRow(row, encoder.rows, column * dim);
  }
  return encoder;
}

/** Eigenvalue, as a share of the first one, below which an axis is only rounding. */
const MIN_VALUE = 1e-9;

/** Terms that tell items apart best, with the log of their inverse frequency, by ascending hash. */
function knownTerms(items: readonly LexicalTerms[]): { term: number; inverse: number }[] {
  const frequencies = new Map<number, number>();
  for (const terms of items) for (const term of terms.keys()) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  const most = Math.max(MIN_ITEMS, MAX_SHARE * items.length);
  const candidates = [...frequencies]
    .filter(([, frequency]) => frequency >= MIN_ITEMS && frequency <= most)
    .map(([term, frequency]) => {
      const inverse = Math.log((1 + items.length) / (1 + frequency));
      return { term, inverse, energy: frequency * inverse ** 2 };
    });
  candidates.sort((a, b) => b.energy - a.energy || a.term - b.term);
  return candidates.slice(0, Math.min(MAX_TERMS, Math.max(MIN_TERMS, items.length))).sort((a, b) => a.term - b.term);
}

/** The vector of an item, [dim]; zero if it has no known term. Only its direction has a meaning. */
export function lexicalVector({ dim, terms, scales, rows }: LexicalEncoder, item: LexicalTerms): Float32Array {
  const out = new Float32Array(dim);
  for (const [term, weight] of item) {
    const at = find(terms, term);
    if (at < 0) continue;
    const factor = weight * scales[at];
    for (let d = 0, from = at * dim; d < dim; d++) out[d] += factor * rows[from + d];
  }
  return out;
}

/** Where a number is in an ascending list; -1 if it is not there. */
function find(list: Uint32Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return list[low] === value ? low : -1;
}

/**
 * The content row of an item from both encoders: the leading half of each vector, scaled so that the cosine of two joined rows
 * is the mean of the two cosines, weighted by the shares; with a share of 0 the lexical vector. Its mean square is 1, as a
 * projected tap has it.
 * @param encoded row of the frozen encoder, [dim], its axes by falling variance
 * @param lexical vector of the lexical encoder, [dim]
 * @param share of the frozen encoder, 0 to below 1
 */
export function joinedRow(encoded: Float32Array, lexical: Float32Array, share: number): Float32Array {
  const dim = lexical.length;
  const half = share === 0 ? 0 : dim / 2;
  const out = new Float32Array(dim);
  scaleInto(out, 0, encoded.subarray(0, half), Math.sqrt(dim * share));
  scaleInto(out, half, lexical.subarray(0, dim - half), Math.sqrt(dim * (1 - share)));
  return out;
}

/** Writes a vector scaled to a length; a zero vector stays zero. */
function scaleInto(out: Float32Array, at: number, vector: Float32Array, length: number): void {
  const own = Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
  if (own > 0) for (let d = 0; d < vector.length; d++) out[at + d] = (vector[d] * length) / own;
}
