import { seededRandom } from '../../../src/core/common/random';
import type { Category } from '../category';

/** A part of the script: the scripted shopper chooses products of one taste. */
export interface Chapter {
  taste: 0 | 1;
  choices: number;
}

/** Away from a taste, and back to it; long enough for experts to be kept and frozen. */
export const CHAPTERS: readonly Chapter[] = [
  { taste: 0, choices: 10 },
  { taste: 1, choices: 12 },
  { taste: 0, choices: 6 },
];
export const CHOICES = CHAPTERS.reduce((sum, { choices }) => sum + choices, 0);

/**
 * Index of the chosen product among the suitable products in the list, from 0: always choosing the first product would tell
 * the learner nothing that the list did not already contain.
 */
export const SUITABLE = 3;

/** Number of products that a category needs for its chapters. */
const MIN_PRODUCTS = 24;

/** Pairs of tastes are numbered from 1. */
const PAIRS = 999;

/** A number of a pair, at random. */
export const randomPair = (): number => 1 + Math.floor(Math.random() * PAIRS);

/**
 * The two top categories that the scripted shopper likes, drawn from all large enough.
 * @param pair number of the pair: the same one always gives the same two
 * @returns null if the catalogue does not have two categories of 24 products
 */
export function tastesOf(categories: readonly Category[], pair: number): [Category, Category] | null {
  const large = categories.filter(({ count }) => count >= MIN_PRODUCTS);
  const random = seededRandom(pair);
  const draw = (): Category | undefined => large.splice(Math.floor(random() * large.length), 1)[0];
  const [first, second] = [draw(), draw()];
  return first && second ? [first, second] : null;
}

/** The chapter of a choice (choices are counted from 1); undefined after the last one. */
export function chapterOf(choice: number): { index: number; chapter: Chapter; first: boolean } | undefined {
  let before = 0;
  for (const [index, chapter] of CHAPTERS.entries()) {
    if (choice <= before + chapter.choices) return { index, chapter, first: choice === before + 1 };
    before += chapter.choices;
  }
  return undefined;
}

/** The products of a category in an order that separates neighbours in the catalogue, because those are alike. */
export const spread = <T>(items: readonly T[]): T[] =>
  Array.from({ length: 7 }, (_, start) => items.filter((_, at) => at % 7 === start)).flat();
