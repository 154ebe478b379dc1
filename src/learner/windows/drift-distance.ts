import { type CatalogIndex, categoryPreference, HALF_LIFE, LONGEST_HISTORY, recencyWeights } from '../../ranking';

/** Rows of vectors, such as the item embeddings of a base model. */
export interface DriftVectors {
  width: number;
  /** [count * width]; rows of length 1, or 0 for an item without features. */
  values: Float32Array;
}

/** The parts of a catalogue that the distance reads. */
export type DriftIndex = Pick<CatalogIndex, 'content' | 'categories' | 'popularity'> &
  Partial<Pick<CatalogIndex, 'variants'>>;

/** How well an item fits a history, in a unit of the view's own; NaN where the view has no data. */
type Fit = (row: number) => number;

/** One way to compare items: the fit to a history. */
type View = (rows: readonly number[], weights: Float64Array) => Fit;

/** Items sampled from the catalogue. */
const SAMPLE = 1024;

/**
 * Distance of a choice from the preferences before it: how badly it fits the recency-weighted history, in standard
 * deviations of the fit of a choice by popularity alone. Mean over up to three views, which err differently: cosine of
 * the content, cosine of the base model's embedding, preference for the categories. About -0.6 for an ordinary choice,
 * 0 for one of another shopper.
 */
export class PreferenceDistance {
  readonly #views: View[];
  /** Evenly spaced rows of the catalogue, and their share of the choices. */
  readonly #sample: Int32Array;
  readonly #shares: Float64Array;

  /** @param embedding of the base model, if there is one */
  constructor({ content, categories, popularity, variants }: DriftIndex, embedding: DriftVectors | null = null) {
    this.#views = [cosineView(content), ...(embedding ? [cosineView(embedding)] : [])];
    if (categories.names.length > 1) {
      this.#views.push((rows, weights) => {
        const preference = categoryPreference(categories, rows, weights);
        return (row) => preference[row];
      });
    }
    const count = popularity.length;
    const size = Math.min(SAMPLE, count);
    this.#sample = Int32Array.from({ length: size }, (_, n) => Math.floor((n * count) / size));
    const shares = Float64Array.from(this.#sample, (row) => (1 + popularity[row]) / (variants?.divisors[row] ?? 1));
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
    const last = rows.slice(-LONGEST_HISTORY);
    const weights = recencyWeights(strengths.slice(-LONGEST_HISTORY), halfLife);
    const distances = this.#views.map((view) => this.#distance(view(last, weights), row)).filter(Number.isFinite);
    if (distances.length === 0) return null;
    return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  }

  /** NaN where all items fit equally. */
  #distance(fitOf: Fit, row: number): number {
    let mean = 0;
    let square = 0;
    for (const [n, other] of this.#sample.entries()) {
      const value = fitOf(other);
      mean += this.#shares[n] * value;
      square += this.#shares[n] * value * value;
    }
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return deviation > 1e-6 ? (mean - fitOf(row)) / deviation : Number.NaN;
  }
}

function cosineView({ width, values }: DriftVectors): View {
  return (rows, weights) => {
    const profile = new Float64Array(width);
    for (const [n, row] of rows.entries()) {
      for (let d = 0; d < width; d++) profile[d] += weights[n] * values[row * width + d];
    }
    return (row) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += values[row * width + d] * profile[d];
      return sum;
    };
  };
}
