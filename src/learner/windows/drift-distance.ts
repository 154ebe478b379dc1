import { type SideModel, scaleRow } from '../../catalog';
import { rowProducts } from '../../kernel';
import { type CatalogIndex, categoryPreference, HALF_LIFE, LONGEST_HISTORY, recencyWeights } from '../../ranking';

/** Rows of vectors. */
interface DriftVectors {
  width: number;
  /** [count * width]; rows of length 1, or 0 for an item without features. */
  values: Float32Array;
}

/** The parts of a catalogue that the distance reads. */
export type DriftIndex = Pick<CatalogIndex, 'content' | 'categories' | 'popularity'> &
  Partial<Pick<CatalogIndex, 'variants' | 'side'>>;

/**
 * One way to compare items: how well they fit a history, in a unit of the view's own; NaN where the view has no data.
 * @returns [items + 1], the last one that of `row`
 */
type View = (history: readonly number[], weights: Float64Array, row: number) => Float32Array;

/** Items sampled from the catalogue. */
const SAMPLE = 1024;

/**
 * Distance of a choice from the preferences before it: how badly it fits the recency-weighted history, in standard
 * deviations of the fit of a choice by popularity alone. Mean over up to three views, which err differently: cosine of
 * the content, cosine of the side model's vectors, preference for the categories. About -0.6 for an ordinary choice,
 * 0 for one of another shopper.
 */
export class PreferenceDistance {
  readonly #views: View[];
  /** Share of the choices of evenly spaced rows of the catalogue. */
  readonly #shares: Float64Array;

  constructor({ content, categories, popularity, variants, side = null }: DriftIndex) {
    const count = popularity.length;
    const size = Math.min(SAMPLE, count);
    const sample = Int32Array.from({ length: size }, (_, n) => Math.floor((n * count) / size));
    this.#views = [content, ...(side ? [unitVectors(side)] : [])].map((vectors) => cosineView(vectors, sample));
    if (categories.names.length > 1) {
      this.#views.push((history, weights, row) => {
        const preference = categoryPreference(categories, history, weights);
        return Float32Array.of(...Array.from(sample, (item) => preference[item]), preference[row]);
      });
    }
    const shares = Float64Array.from(sample, (row) => (1 + popularity[row]) / (variants?.divisors[row] ?? 1));
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
    const distances = this.#views.map((view) => this.#distance(view(last, weights, row))).filter(Number.isFinite);
    if (distances.length === 0) return null;
    return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  }

  /** @param fits of the sample, then of the choice @returns NaN where all items fit equally */
  #distance(fits: Float32Array): number {
    const shares = this.#shares;
    let mean = 0;
    let square = 0;
    for (let n = 0; n < shares.length; n++) {
      mean += shares[n] * fits[n];
      square += shares[n] * fits[n] * fits[n];
    }
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return deviation > 1e-6 ? (mean - fits[shares.length]) / deviation : Number.NaN;
  }
}

/** @param sample rows; they are copied, because reading them where they are takes longer than the products */
function cosineView({ width, values }: DriftVectors, sample: Int32Array): View {
  const count = sample.length;
  const copies = new Float32Array((count + 1) * width);
  for (const [n, row] of sample.entries()) copies.set(values.subarray(row * width, (row + 1) * width), n * width);
  return (history, weights, row) => {
    const profile = new Float32Array(width);
    for (let n = 0; n < history.length; n++) addScaled(profile, values, history[n] * width, weights[n]);
    copies.set(values.subarray(row * width, (row + 1) * width), count * width);
    return rowProducts(copies, { count: count + 1, width }, profile);
  };
}

const unitVectors = ({ width, vectors, biases }: SideModel): DriftVectors => {
  const values = vectors.slice();
  for (let row = 0; row < biases.length; row++) scaleRow(values, row * width, width);
  return { width, values };
};

function addScaled(sum: Float32Array, values: Float32Array, from: number, weight: number): void {
  for (let d = 0; d < sum.length; d++) sum[d] += weight * values[from + d];
}
