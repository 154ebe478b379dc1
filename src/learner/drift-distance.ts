import { HALF_LIFE, recencyWeights } from '../ranking';

/** Embeddings of a catalogue: of the base model, or content vectors where there is none. */
export interface DriftVectors {
  width: number;
  /** [count * width]; rows of length 1, or 0 for an item without features. */
  values: Float32Array;
}

/** Items that stand for the catalogue. */
const SAMPLE = 1024;
/** Choices looked at; older ones have faded. */
const LONGEST_HISTORY = 200;

/**
 * How far a choice is from the taste before it: 1 - cosine to the recency-weighted mean of the history, in standard
 * deviations from what a choice by popularity alone would have. About -0.8 for an ordinary choice, 0 for a stranger's.
 */
export class TasteDistance {
  readonly #vectors: DriftVectors;
  /** Rows that stand for the catalogue, evenly spaced, and their share of the choices. */
  readonly #sample: Int32Array;
  readonly #shares: Float64Array;

  /** @param popularity [count], 0 or more: how often each item is chosen; all alike where unknown */
  constructor(vectors: DriftVectors, popularity: ArrayLike<number>) {
    this.#vectors = vectors;
    const count = vectors.values.length / vectors.width;
    const size = Math.min(SAMPLE, count);
    this.#sample = Int32Array.from({ length: size }, (_, n) => Math.floor((n * count) / size));
    const shares = Float64Array.from(this.#sample, (row) => 1 + popularity[row]);
    const total = shares.reduce((sum, share) => sum + share, 0);
    this.#shares = shares.map((share) => share / total);
  }

  /**
   * @param row the choice
   * @param rows the choices before it, oldest first
   * @param strengths of these choices, above 0
   * @param halfLife choices after which a choice counts half
   * @returns null where there is nothing to compare: no history, no features, or an item that was chosen before
   */
  of(row: number, rows: readonly number[], strengths: readonly number[], halfLife = HALF_LIFE): number | null {
    if (rows.length === 0 || rows.includes(row)) return null;
    const taste = this.#mean(rows.slice(-LONGEST_HISTORY), strengths.slice(-LONGEST_HISTORY), halfLife);
    let mean = 0;
    let square = 0;
    for (const [n, other] of this.#sample.entries()) {
      const likeness = this.#dot(other, taste);
      mean += this.#shares[n] * likeness;
      square += this.#shares[n] * likeness * likeness;
    }
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return deviation > 0 ? (mean - this.#dot(row, taste)) / deviation : null;
  }

  #mean(rows: readonly number[], strengths: readonly number[], halfLife: number): Float64Array {
    const { width, values } = this.#vectors;
    const weights = recencyWeights(strengths, halfLife);
    const sum = new Float64Array(width);
    for (const [n, row] of rows.entries()) {
      for (let d = 0; d < width; d++) sum[d] += weights[n] * values[row * width + d];
    }
    return sum;
  }

  #dot(row: number, taste: Float64Array): number {
    const { width, values } = this.#vectors;
    let sum = 0;
    for (let d = 0; d < width; d++) sum += values[row * width + d] * taste[d];
    return sum;
  }
}
