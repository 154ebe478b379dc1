import { leadingEigenpairs } from './eigen';
import type { RawTaps } from './encoder';

/** How one tap becomes a row of width D: (x - mean) / deviation, then times `matrix`. */
export interface TapProjection {
  width: number;
  /** [width] */
  mean: Float32Array;
  /** [width]; 1 where the catalogue shows no spread. */
  deviation: Float32Array;
  /** [dim, width]; rows beyond the rank of the catalogue are zero. */
  matrix: Float32Array;
}

/** The projection of all taps of one modality. */
export interface Projection {
  /** Width D of every projected tap. */
  dim: number;
  taps: TapProjection[];
}

export interface FitOptions {
  /** Default 128. */
  dim?: number;
  /** Default 1. */
  seed?: number;
}

/** Rows looked at; beyond that an even selection gives the same statistics for a fraction of the time. */
const MOST_ROWS = 4096;

/**
 * Learns, for every tap, mean and deviation of each value and the principal axes of the standardised values (PCA). The
 * axes are scaled together so that projected catalogue rows have a mean square of 1 per dimension: taps of all depths and
 * both modalities then carry the same energy. Cosines do not depend on that scale.
 * @param rawTaps taps of the whole catalogue, [count * width] each
 * @param count number of items, at least 1
 */
export function fitProjection(rawTaps: RawTaps, count: number, options: FitOptions = {}): Projection {
  const { dim = 128, seed = 1 } = options;
  return { dim, taps: rawTaps.map((tap) => fitTap(tap, count, dim, seed)) };
}

/**
 * Standardises and projects taps.
 * @param rawTaps [count * width] each, taps in the order of the projection
 * @returns [count, taps, dim], row-major: the rows of one item lie side by side
 */
export function project(projection: Projection, rawTaps: RawTaps): Float32Array {
  const { dim, taps } = projection;
  const count = rawTaps[0].length / taps[0].width;
  const rows = new Float32Array(count * taps.length * dim);
  for (const [t, { width, mean, deviation, matrix }] of taps.entries()) {
    const values = new Float64Array(width);
    for (let n = 0; n < count; n++) {
      for (let d = 0; d < width; d++) values[d] = (rawTaps[t][n * width + d] - mean[d]) / deviation[d];
      const start = (n * taps.length + t) * dim;
      for (let p = 0; p < dim; p++) {
        let sum = 0;
        for (let d = 0; d < width; d++) sum += values[d] * matrix[p * width + d];
        rows[start + p] = sum;
      }
    }
  }
  return rows;
}

function fitTap(tap: Float32Array, count: number, dim: number, seed: number): TapProjection {
  const width = tap.length / count;
  const { mean, deviation } = statistics(tap, count, width);
  const step = Math.max(1, Math.ceil(count / MOST_ROWS));
  const rows = Math.ceil(count / step);
  const standard = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let d = 0; d < width; d++) {
      standard[r * width + d] = (tap[r * step * width + d] - mean[d]) / deviation[d];
    }
  }
  const { values, vectors } = leadingEigenpairs(covariance(standard, rows, width), width, Math.min(dim, width), seed);
  const matrix = new Float32Array(dim * width);
  const kept = values.filter((value) => value > values[0] * 1e-9);
  const energy = kept.reduce((sum, value) => sum + value, 0);
  if (energy > 0) {
    const scale = Math.sqrt(dim / energy);
    for (let i = 0; i < kept.length * width; i++) matrix[i] = vectors[i] * scale;
  }
  return { width, mean, deviation, matrix };
}

function statistics(tap: Float32Array, count: number, width: number): Pick<TapProjection, 'mean' | 'deviation'> {
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let n = 0; n < count; n++) for (let d = 0; d < width; d++) sum[d] += tap[n * width + d];
  const mean = Float32Array.from(sum, (s) => s / count);
  for (let n = 0; n < count; n++) for (let d = 0; d < width; d++) squares[d] += (tap[n * width + d] - mean[d]) ** 2;
  const spread = squares.map((s) => Math.sqrt(s / count));
  const largest = spread.reduce((max, s) => Math.max(max, s), 0);
  // A value that hardly moves would be blown up to noise: below a millionth of the widest spread it counts as constant.
  return { mean, deviation: Float32Array.from(spread, (s) => (s > largest * 1e-6 ? s : 1)) };
}

/** [width, width], both halves filled. */
function covariance(rows: Float32Array, count: number, width: number): Float64Array {
  const out = new Float64Array(width * width);
  const none = new Float32Array(width);
  const row = (r: number) => (r < count ? rows.subarray(r * width, (r + 1) * width) : none);
  for (let r = 0; r < count; r += 4) {
    const [a, b, c, d] = [row(r), row(r + 1), row(r + 2), row(r + 3)];
    for (let i = 0; i < width; i++) {
      const [ai, bi, ci, di] = [a[i], b[i], c[i], d[i]];
      const start = i * width;
      for (let j = i; j < width; j++) out[start + j] += ai * a[j] + bi * b[j] + ci * c[j] + di * d[j];
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      out[i * width + j] /= count;
      out[j * width + i] = out[i * width + j];
    }
  }
  return out;
}
