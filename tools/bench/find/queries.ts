import type { Item } from '../../../src/core/catalog';
import { seededRandom } from '../../../src/core/common/random';
import { allowedErrors, wordsOf } from '../../../src/core/common/words';

/** A query that a shopper might type for an item. */
export interface Query {
  text: string;
  /** Row of the item. */
  row: number;
}

/** Number of items that may have both words: with more, nobody could expect the item among the first ten. */
const MAX_SHARED = 10;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Fewest letters of a word of a query. */
const MIN_LETTERS = 3;

/**
 * Queries of two words of a title, in the order of the title, for items drawn by chance; at most ten titles have both words.
 * @param typo whether one of the words has a typing error: a letter that is wrong, missing, too many, or swapped with the next
 */
export function titleQueries(items: readonly Item[], count: number, typo: boolean, seed: number): Query[] {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const words = items.map(({ title }) => [...new Set(wordsOf(title))].filter((word) => word.length >= MIN_LETTERS));
  const rowsOf = new Map<string, Set<number>>();
  for (const [row, own] of words.entries()) {
    for (const word of own) rowsOf.set(word, (rowsOf.get(word) ?? new Set()).add(row));
  }
  const queries: Query[] = [];
  for (let tries = 0; queries.length < count && tries < 1000 * count; tries++) {
    const row = below(items.length);
    const own = words[row];
    if (own.length < 2) continue;
    const [first, second] = [below(own.length), below(own.length)].sort((a, b) => a - b);
    if (first === second) continue;
    const pair = [own[first], own[second]];
    const [rows, others] = pair.map((word) => rowsOf.get(word) ?? new Set());
    if ([...rows].filter((other) => others.has(other)).length > MAX_SHARED) continue;
    if (typo) {
      const at = below(2);
      // Shorter words may have no errors.
      if (allowedErrors(pair[at]) === 0) continue;
      pair[at] = mistyped(pair[at], below);
    }
    queries.push({ text: pair.join(' '), row });
  }
  return queries;
}

function mistyped(word: string, below: (n: number) => number): string {
  const at = below(word.length - 1);
  const letter = LETTERS[below(LETTERS.length)];
  const [before, after] = [word.slice(0, at), word.slice(at + 1)];
  const changed = [
    `${before}${letter}${after}`,
    `${before}${after}`,
    `${before}${letter}${word.slice(at)}`,
    `${before}${word[at + 1]}${word[at]}${word.slice(at + 2)}`,
  ][below(4)];
  return changed === word ? mistyped(word, below) : changed;
}
