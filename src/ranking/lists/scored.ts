import type { Ground } from '../explanation/reason-text';
import type { Source } from '../placement';

/** Where an item's score comes from, in terms a shopper can be told. */
export interface Attribution {
  /** Parts of the score; they add up to it. Content is told by modality here: `text`, `image`. */
  parts: Record<string, number>;
  /** How much of the score each other item that the shopper chose, or has in view, brought; by row. */
  because: Map<number, number>;
}

/** Attribution of a score to the item in view: all of it, but nothing where it is the item itself. */
export const becauseOf = (inView: number, row: number, score: number): Map<number, number> =>
  new Map(inView === row ? [] : [[inView, score]]);

/** What one placement says of the items, before the rules. */
export interface Scored {
  /** One per item of the catalogue; higher is better. */
  score: Float32Array;
  /** Whether the list may hold an item. */
  holds(row: number): boolean;
  /** The named terms of an item's score, which add up to it; zero ones are left out. */
  parts(row: number): Record<string, number>;
  source(row: number): Source;
  /** What the sentence below an item is about. */
  ground(row: number): Ground;
  attribution(row: number): Attribution;
}
