import { rowProducts } from '../../common/row-products';

/** Part of a read-out that is left after the next choice, as on the device. */
const KEPT = 0.96;
/** The most probable items, of which the covariance of the features is taken: they have nearly all of the probability. */
const MOST_PROBABLE = 1500;

/** Features of items. */
export interface FeatureRows {
  /** Columns. */
  width: number;
  /** Those of one item, [width]. */
  row(row: number): Float32Array;
}

/** Sums over choices, by which moments go from one process to another. */
export interface MomentSums {
  width: number;
  choices: number;
  samples: number;
  /** [width * width] each. */
  cross: Float64Array;
  before: Float64Array;
  expected: Float64Array;
}

/** What an expert expected of a choice. */
export interface Expected {
  /** Rows that were chosen from. */
  candidates: readonly number[];
  /** Probability of each of them. */
  shares: Float64Array;
}

/**
 * Moments of the gradients of many shoppers' choices. With g, features of the chosen item minus those expected, and h, the sum
 * of the shopper's g before it, each counting 0.96 of the next: C = mean g h^T and H = mean h h^T over all choices that have a
 * choice before them; F = mean covariance of the features as the expert expected them, over a sample of the choices.
 */
export class GradientMoments {
  /** Columns of the features. */
  readonly width: number;
  /** Choices in C and H. */
  choices = 0;
  /** Choices in F. */
  samples = 0;
  readonly #cross: Float64Array;
  readonly #before: Float64Array;
  readonly #expected: Float64Array;

  constructor(width: number) {
    this.width = width;
    this.#cross = new Float64Array(width * width);
    this.#before = new Float64Array(width * width);
    this.#expected = new Float64Array(width * width);
  }

  /** The sums so far. Shared: not to be changed. */
  get sums(): MomentSums {
    const { width, choices, samples } = this;
    return { width, choices, samples, cross: this.#cross, before: this.#before, expected: this.#expected };
  }

  /** Begins one shopper's stream. @returns call it with the gradient of each choice, in order */
  stream(): (gradient: Float32Array) => void {
    let faded: Float64Array | null = null;
    return (gradient) => {
      if (faded) this.#add(gradient, faded);
      faded ??= new Float64Array(this.width);
      for (let d = 0; d < this.width; d++) faded[d] = KEPT * faded[d] + gradient[d];
    };
  }

  /** Adds the covariance of the features that were expected of one choice. */
  sample(features: FeatureRows, { candidates, shares }: Expected): void {
    const { width } = this;
    const probable = [...candidates.keys()].sort((a, b) => shares[b] - shares[a] || a - b).slice(0, MOST_PROBABLE);
    const total = probable.reduce((sum, n) => sum + shares[n], 0);
    const mean = new Float64Array(width);
    for (const n of probable) {
      const x = features.row(candidates[n]);
      for (let d = 0; d < width; d++) mean[d] += (shares[n] / total) * x[d];
    }
    const length = probable.length;
    const values = new Float64Array(width * length);
    for (const [place, n] of probable.entries()) {
      const x = features.row(candidates[n]);
      const root = Math.sqrt(shares[n] / total);
      for (let d = 0; d < width; d++) values[d * length + place] = root * (x[d] - mean[d]);
    }
    const deviations = { count: width, length, values };
    addTo(this.#expected, rowProducts(deviations, deviations));
    this.samples++;
  }

  /** Adds the moments of other shoppers. */
  add(other: MomentSums): void {
    addTo(this.#cross, other.cross);
    addTo(this.#before, other.before);
    addTo(this.#expected, other.expected);
    this.choices += other.choices;
    this.samples += other.samples;
  }

  /** C, H and F, [width, width] each; all 0 where nothing was added. */
  get means(): { cross: Float64Array; before: Float64Array; expected: Float64Array } {
    const { choices, samples } = this;
    return {
      cross: this.#cross.map((value) => value / (choices || 1)),
      before: this.#before.map((value) => value / (choices || 1)),
      expected: this.#expected.map((value) => value / (samples || 1)),
    };
  }

  #add(gradient: Float32Array, faded: Float64Array): void {
    const { width } = this;
    const cross = this.#cross;
    const before = this.#before;
    for (let i = 0, at = 0; i < width; i++) {
      const g = gradient[i];
      const h = faded[i];
      for (let j = 0; j < width; j++, at++) {
        cross[at] += g * faded[j];
        before[at] += h * faded[j];
      }
    }
    this.choices++;
  }
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let at = 0; at < sum.length; at++) sum[at] += values[at];
}
