import * as v from 'valibot';
import type { ChoiceHistory } from '../../events';
import type { TasteBlock, TasteSpace } from './preference-features';

/** Step on one choice of strength 1. */
const RATE = 0.5;
/** Share of the taste that every choice takes away: after 17 choices half of it is new. */
const FADING = 0.04;
/** Strength of a dismissal, against that of a click. */
const DISLIKE = 0.5;

/**
 * Bound of what is learned on one column. Without dismissals, which do not fade, no catalogue comes near it: a step is at
 * most 0.5 * 3 * 2 sqrt(2 items), and fading bounds their sum to 25 steps, 10^5 for a million items.
 */
const LIMIT = 1e6;
/** Blocks of a space at most: one for each number of the items, and few others. */
const MOST_BLOCKS = 10_000;
/** Columns of a block at most: twice the width of the features, or that of a base model's embedding. */
const WIDEST = 65_536;
/** A block's name may list 64 categories. */
const LONGEST_NAME = 65_536;

/** Stored form of the experts: what each learned, by the name of its block. */
export const tasteSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.maxLength(LONGEST_NAME)),
    v.pipe(
      v.instance(Float32Array),
      v.check((values) => values.length <= WIDEST, `a taste has at most ${WIDEST} columns`),
      v.check((values) => values.every((value) => Math.abs(value) <= LIMIT), `a taste is within ${LIMIT} of 0`),
    ),
  ),
  v.check((taste) => Object.keys(taste).length <= MOST_BLOCKS, `a taste has at most ${MOST_BLOCKS} blocks`),
);
export type StoredTaste = Record<string, Float32Array>;

/** A choice as it looked before it was made. */
export interface TasteChoice {
  /** Row of the chosen item. */
  chosen: number;
  /** Rows it was chosen from. */
  candidates: ArrayLike<number>;
  /** How likely each candidate seemed, adding up to 1. */
  shares: ArrayLike<number>;
  /** Strength of the event. */
  strength: number;
}

/**
 * Experts on the side of the user: one for each block of the taste space, a linear read-out u of the items' features x
 * that is added to their logits. They learn what all other terms together got wrong: one step up the gradient of
 * log softmax at every choice, u <- 0.96 u + 0.5 strength (x_chosen - sum of shares x). They start at nothing.
 */
export class TasteExperts {
  readonly #space: TasteSpace;
  readonly #learned: Float32Array[];
  #scores: Float32Array | null = null;

  /** What was learned on blocks that are not there now, such as those of a base model that is yet to come. */
  readonly #waiting: StoredTaste;

  private constructor(space: TasteSpace, learned: Float32Array[], waiting: StoredTaste) {
    this.#space = space;
    this.#learned = learned;
    this.#waiting = waiting;
  }

  /**
   * Experts as `save` wrote them. An expert whose block is new, or whose numbers are damaged, learns from the history as
   * if any item had been as likely as the chosen one.
   * @param stored empty for new experts
   */
  static over(
    space: TasteSpace,
    stored: StoredTaste,
    { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
  ): TasteExperts {
    const learned = space.blocks.map((block) => {
      const values = Object.hasOwn(stored, block.name) ? stored[block.name] : null;
      if (values?.length === block.width && values.every(Number.isFinite)) return values.slice();
      const fresh = new Float32Array(block.width);
      for (const [n, row] of rows.entries())
        add(fresh, 1 - FADING, step(block, row, RATE * strengths[n], block.center));
      return fresh;
    });
    const waiting = Object.entries(stored).filter(
      ([name]) => name.startsWith('embedding ') && !space.blocks.some((block) => block.name === name),
    );
    return new TasteExperts(space, learned, Object.fromEntries(waiting));
  }

  save(): StoredTaste {
    const own = this.#space.blocks.map(({ name }, index) => [name, this.#learned[index].slice()]);
    return { ...this.#waiting, ...Object.fromEntries(own) };
  }

  /** Forgets everything. */
  clear(): void {
    for (const values of this.#learned) values.fill(0);
    this.#scores = null;
  }

  /** What the experts add to every item's logit. Shared: not to be changed. @returns [count] */
  get scores(): Float32Array {
    this.#scores ??= this.#read();
    return this.#scores;
  }

  /**
   * Learns from one choice.
   * @returns false when the step was not finite; then nothing was learned
   */
  learn({ chosen, candidates, shares, strength }: TasteChoice): boolean {
    const steps = this.#space.blocks.map((block) => {
      const expected = expectation(block, candidates, shares);
      return step(block, chosen, RATE * strength, expected);
    });
    return this.#take(steps, 1 - FADING);
  }

  /** Learns from a choice of which only the item is known, as if any item had been as likely. */
  recall(row: number, strength: number): boolean {
    return this.#take(
      this.#space.blocks.map((block) => step(block, row, RATE * strength, block.center)),
      1 - FADING,
    );
  }

  /** Learns that an item was dismissed. */
  dislike(row: number): boolean {
    return this.#lean(row, -1);
  }

  /**
   * Takes a dismissal back.
   * @param choices learned since: they have faded it
   */
  forgive(row: number, choices: number): boolean {
    return this.#lean(row, (1 - FADING) ** choices);
  }

  #lean(row: number, by: number): boolean {
    return this.#take(
      this.#space.blocks.map((block) => step(block, row, by * RATE * DISLIKE, block.center)),
      1,
    );
  }

  #take(steps: Float32Array[], keep: number): boolean {
    if (!steps.every((values) => values.every(Number.isFinite))) return false;
    for (const [index, values] of steps.entries()) add(this.#learned[index], keep, values);
    this.#scores = null;
    return true;
  }

  #read(): Float32Array {
    const { count, blocks } = this.#space;
    const out = new Float32Array(count);
    for (const [index, { width, values, center, scale, trust }] of blocks.entries()) {
      const query = this.#learned[index].map((value, d) => value * scale[d] * trust[d]);
      const offset = query.reduce((sum, value, d) => sum + value * center[d], 0);
      // Two rows at a time: their sums do not wait for each other.
      let row = 0;
      for (; row + 1 < count; row += 2) {
        let first = -offset;
        let second = -offset;
        for (let d = 0, at = row * width; d < width; d++, at++) {
          first += query[d] * values[at];
          second += query[d] * values[at + width];
        }
        out[row] += first;
        out[row + 1] += second;
      }
      if (row < count) {
        let sum = -offset;
        for (let d = 0, at = row * width; d < width; d++, at++) sum += query[d] * values[at];
        out[row] += sum;
      }
    }
    return out;
  }
}

/** x <- keep * x + y, within the bound. */
function add(x: Float32Array, keep: number, y: Float32Array): void {
  for (let d = 0; d < x.length; d++) x[d] = Math.max(-LIMIT, Math.min(LIMIT, keep * x[d] + y[d]));
}

/** Weighted mean of the candidates' values. @returns [width] */
function expectation({ width, values }: TasteBlock, rows: ArrayLike<number>, shares: ArrayLike<number>): Float32Array {
  const out = new Float32Array(width);
  for (let n = 0; n < rows.length; n++) {
    const share = shares[n];
    const from = rows[n] * width;
    for (let d = 0; d < width; d++) out[d] += share * values[from + d];
  }
  return out;
}

/** rate * (x_row - expected), in the standardised columns of the block. @returns [width] */
function step(
  { width, values, scale }: TasteBlock,
  row: number,
  rate: number,
  expected: ArrayLike<number>,
): Float32Array {
  return Float32Array.from({ length: width }, (_, d) => rate * scale[d] * (values[row * width + d] - expected[d]));
}
