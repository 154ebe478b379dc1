import * as v from 'valibot';
import type { ChoiceHistory } from '../../events';
import type { FeatureBlock, FeatureBlocks } from './feature-blocks';

/** Learning rate: step on one choice of strength 1. */
const RATE = 0.5;
/** Weight decay per choice: after 17 choices half of what was learned has faded. */
const DECAY = 0.04;
/** Strength of a dismissal, relative to a click. */
const DISMISSAL = 0.5;

/**
 * Bound of one learned coefficient. Choices stay far below it: a step is at most 0.5 * 3 * 2 sqrt(2 items), and decay
 * bounds the sum to 25 steps, 10^5 for a million items. Dismissals do not decay each other, so they need the bound.
 */
const LIMIT = 1e6;
/** Most blocks: one for each numeric attribute of the items, and a few others. */
const MOST_BLOCKS = 10_000;
/** Most columns of a block: twice the width of the features, or the width of a base model's embedding. */
const WIDEST = 65_536;
/** Longest name of a block; it may list 64 categories. */
const LONGEST_NAME = 65_536;

/** Stored form of the experts: the coefficients of each, by the name of its block. */
export const preferencesSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.maxLength(LONGEST_NAME)),
    v.pipe(
      v.instance(Float32Array),
      v.check((values) => values.length <= WIDEST, `a preference expert has at most ${WIDEST} columns`),
      v.check((values) => values.every((value) => Math.abs(value) <= LIMIT), `a preference is within ${LIMIT} of 0`),
    ),
  ),
  v.check((blocks) => Object.keys(blocks).length <= MOST_BLOCKS, `there are at most ${MOST_BLOCKS} preference experts`),
);
export type StoredPreferences = Record<string, Float32Array>;

/** A choice, and its probability before it was made. */
export interface PreferenceChoice {
  /** Row of the chosen item. */
  chosen: number;
  /** Rows it was chosen from. */
  candidates: ArrayLike<number>;
  /** Probability of each candidate, adding up to 1. */
  shares: ArrayLike<number>;
  /** Strength of the event. */
  strength: number;
}

/**
 * Experts on the user's side: one linear read-out u for each block of item features x, added to the items' logits. They
 * learn the error that all other terms leave: at every choice one gradient step on log softmax,
 * u <- 0.96 u + 0.5 strength (x_chosen - sum of shares x). They start at 0.
 */
export class PreferenceExperts {
  readonly #features: FeatureBlocks;
  readonly #learned: Float32Array[];
  #scores: Float32Array | null = null;

  /** Stored coefficients of blocks that are absent at present, such as those of a base model that is not loaded yet. */
  readonly #waiting: StoredPreferences;

  private constructor(features: FeatureBlocks, learned: Float32Array[], waiting: StoredPreferences) {
    this.#features = features;
    this.#learned = learned;
    this.#waiting = waiting;
  }

  /**
   * Experts from stored coefficients. An expert whose block is new, or whose numbers are damaged, learns from the history
   * as if all items had been equally likely.
   * @param stored empty for new experts
   */
  static over(
    features: FeatureBlocks,
    stored: StoredPreferences,
    { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
  ): PreferenceExperts {
    const learned = features.blocks.map((block) => {
      const values = Object.hasOwn(stored, block.name) ? stored[block.name] : null;
      if (values?.length === block.width && values.every(Number.isFinite)) return values.slice();
      const fresh = new Float32Array(block.width);
      for (const [n, row] of rows.entries()) add(fresh, 1 - DECAY, step(block, row, RATE * strengths[n], block.center));
      return fresh;
    });
    const waiting = Object.entries(stored).filter(
      ([name]) => name.startsWith('embedding ') && !features.blocks.some((block) => block.name === name),
    );
    return new PreferenceExperts(features, learned, Object.fromEntries(waiting));
  }

  save(): StoredPreferences {
    const own = this.#features.blocks.map(({ name }, index) => [name, this.#learned[index].slice()]);
    return { ...this.#waiting, ...Object.fromEntries(own) };
  }

  /** Sets all coefficients to 0. */
  clear(): void {
    for (const values of this.#learned) values.fill(0);
    this.#scores = null;
  }

  /** Added to every item's logit, [count]. Shared: not to be changed. */
  get scores(): Float32Array {
    this.#scores ??= this.#readOut();
    return this.#scores;
  }

  /**
   * Learns from one choice.
   * @returns false when the step was not finite and nothing was learned
   */
  learn({ chosen, candidates, shares, strength }: PreferenceChoice): boolean {
    const steps = this.#features.blocks.map((block) => {
      const expected = expectation(block, candidates, shares);
      return step(block, chosen, RATE * strength, expected);
    });
    return this.#take(steps, 1 - DECAY);
  }

  /** Learns from a choice as if all items had been equally likely. */
  bootstrap(row: number, strength: number): boolean {
    return this.#take(
      this.#features.blocks.map((block) => step(block, row, RATE * strength, block.center)),
      1 - DECAY,
    );
  }

  /** Learns from a dismissal. */
  dismiss(row: number): boolean {
    return this.#adjust(row, -1);
  }

  /**
   * Reverts a dismissal.
   * @param choices learned since; they have decayed it
   */
  undoDismiss(row: number, choices: number): boolean {
    return this.#adjust(row, (1 - DECAY) ** choices);
  }

  #adjust(row: number, by: number): boolean {
    return this.#take(
      this.#features.blocks.map((block) => step(block, row, by * RATE * DISMISSAL, block.center)),
      1,
    );
  }

  #take(steps: Float32Array[], keep: number): boolean {
    if (!steps.every((values) => values.every(Number.isFinite))) return false;
    for (const [index, values] of steps.entries()) add(this.#learned[index], keep, values);
    this.#scores = null;
    return true;
  }

  #readOut(): Float32Array {
    const { count, blocks } = this.#features;
    const out = new Float32Array(count);
    for (const [index, { width, values, center, scale, readoutScale }] of blocks.entries()) {
      const query = this.#learned[index].map((value, d) => value * scale[d] * readoutScale[d]);
      const offset = query.reduce((sum, value, d) => sum + value * center[d], 0);
      // Two rows at a time, so that the processor adds up both sums at once.
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

/** Mean of the candidates' values weighted by their shares, [width]. */
function expectation(
  { width, values }: FeatureBlock,
  rows: ArrayLike<number>,
  shares: ArrayLike<number>,
): Float32Array {
  const out = new Float32Array(width);
  for (let n = 0; n < rows.length; n++) {
    const share = shares[n];
    const from = rows[n] * width;
    for (let d = 0; d < width; d++) out[d] += share * values[from + d];
  }
  return out;
}

/** rate * (x_row - expected) in the standardised columns of the block, [width]. */
function step(
  { width, values, scale }: FeatureBlock,
  row: number,
  rate: number,
  expected: ArrayLike<number>,
): Float32Array {
  return Float32Array.from({ length: width }, (_, d) => rate * scale[d] * (values[row * width + d] - expected[d]));
}
