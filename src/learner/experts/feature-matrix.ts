import type { GradientMap } from '../../catalog';
import { similarities } from '../../ranking';
import type { FeatureBlocks, ReadoutBlock } from './feature-blocks';

/** Columns of one block in the matrix. */
export interface MatrixBlock extends Pick<ReadoutBlock, 'name' | 'rate'> {
  /** First column, and the one after the last. */
  from: number;
  to: number;
}

/** Queries, and rows, that one pass of `readOut` multiplies at a time. */
const QUERIES = 4;

/**
 * The standardised features of every item side by side, [count, width], made once per state of the catalogue: all experts
 * read the same numbers, several of them in one pass.
 */
export class FeatureMatrix {
  readonly count: number;
  /** Columns of all blocks. */
  readonly width: number;
  readonly blocks: readonly MatrixBlock[];
  /** Factor of each column when scores are read out, [width]. */
  readonly readoutScale: Float32Array;
  readonly #values: Float32Array;
  readonly #map: GradientMap | null;

  constructor({ count, blocks, map }: FeatureBlocks) {
    this.count = count;
    this.#map = map ?? null;
    this.width = blocks.reduce((sum, { width }) => sum + width, 0);
    this.readoutScale = new Float32Array(this.width);
    this.#values = new Float32Array(count * this.width);
    let from = 0;
    this.blocks = blocks.map((block) => {
      const to = from + block.width;
      this.readoutScale.set(block.readoutScale, from);
      this.#copy(block, from);
      const { name, rate } = block;
      const placed = { name, rate, from, to };
      from = to;
      return placed;
    });
  }

  /** The features of one item, [width]; shared, not to be changed. */
  row(row: number): Float32Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }

  /**
   * Step of the read-outs on a choice of strength 1: R g + Q diag(lambda) Q^T g, where R are the rates of the blocks and the
   * other part is the map, if there is one.
   * @param gradient g, features of the chosen item minus those expected, [width]
   * @returns [width]
   */
  step(gradient: Float32Array): Float32Array {
    const step = gradient.slice();
    for (const { from, to, rate } of this.blocks) for (let d = from; d < to; d++) step[d] *= rate;
    if (!this.#map) return step;
    const { width } = this;
    const { eigenvalues, eigenvectors } = this.#map;
    for (const [k, eigenvalue] of eigenvalues.entries()) {
      const vector = eigenvectors.subarray(k * width, (k + 1) * width);
      let product = 0;
      for (let d = 0; d < width; d++) product += vector[d] * gradient[d];
      const along = eigenvalue * product;
      for (let d = 0; d < width; d++) step[d] += along * vector[d];
    }
    return step;
  }

  /**
   * Products of every row with each query.
   * @param queries [width] each
   * @returns for each query [count]
   */
  readOut(queries: readonly Float32Array[]): Float32Array[] {
    const { count, width } = this;
    const out: Float32Array[] = queries.map(() => new Float32Array(count));
    for (let n = 0; n < queries.length; ) {
      // Filling up a pass with a repeated query costs less than passes of their own.
      if (queries.length - n >= QUERIES - 1) {
        const last = Math.min(n + QUERIES - 1, queries.length - 1);
        this.#fourQueries(
          [queries[n], queries[n + 1], queries[n + 2], queries[last]],
          [out[n], out[n + 1], out[n + 2], out[last]],
        );
        n += QUERIES;
      } else {
        out[n] = similarities({ count, width, values: this.#values }, queries[n]);
        n++;
      }
    }
    return out;
  }

  /**
   * Means of the rows weighted by each list of shares.
   * @param shares [count] each
   * @returns for each list [width]
   */
  means(shares: readonly Float64Array[]): Float64Array[] {
    const out = shares.map(() => new Float64Array(this.width));
    for (let n = 0; n < shares.length; n += 2) {
      const pair = n + 1 < shares.length;
      const other = pair ? out[n + 1] : new Float64Array(this.width);
      this.#twoMeans(shares[n], shares[pair ? n + 1 : n], out[n], other);
    }
    return out;
  }

  #copy({ width, values, center, scale }: ReadoutBlock, from: number): void {
    for (let row = 0; row < this.count; row++) {
      const to = row * this.width + from;
      const at = row * width;
      for (let d = 0; d < width; d++) this.#values[to + d] = (values[at + d] - center[d]) * scale[d];
    }
  }

  /** Two rows at a time, so that eight sums do not wait for each other. */
  #fourQueries(
    [q0, q1, q2, q3]: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
    [o0, o1, o2, o3]: readonly [Float32Array, Float32Array, Float32Array, Float32Array],
  ): void {
    const values = this.#values;
    const { count, width } = this;
    for (let row = 0; row < count; row += 2) {
      const next = Math.min(row + 1, count - 1);
      const a = row * width;
      const b = next * width;
      let [a0, a1, a2, a3] = [0, 0, 0, 0];
      let [b0, b1, b2, b3] = [0, 0, 0, 0];
      for (let d = 0; d < width; d++) {
        const x = values[a + d];
        const y = values[b + d];
        const p0 = q0[d];
        const p1 = q1[d];
        const p2 = q2[d];
        const p3 = q3[d];
        a0 += x * p0;
        a1 += x * p1;
        a2 += x * p2;
        a3 += x * p3;
        b0 += y * p0;
        b1 += y * p1;
        b2 += y * p2;
        b3 += y * p3;
      }
      o0[row] = a0;
      o1[row] = a1;
      o2[row] = a2;
      o3[row] = a3;
      o0[next] = b0;
      o1[next] = b1;
      o2[next] = b2;
      o3[next] = b3;
    }
  }

  /** Four rows at a time: each sum is read and written once for all of them. */
  #twoMeans(p: Float64Array, q: Float64Array, mean: Float64Array, other: Float64Array): void {
    const values = this.#values;
    const { count, width } = this;
    const whole = count - (count % 4);
    for (let row = 0; row < whole; row += 4) {
      const p0 = p[row];
      const p1 = p[row + 1];
      const p2 = p[row + 2];
      const p3 = p[row + 3];
      const q0 = q[row];
      const q1 = q[row + 1];
      const q2 = q[row + 2];
      const q3 = q[row + 3];
      const a = row * width;
      const b = a + width;
      const c = b + width;
      const e = c + width;
      for (let d = 0; d < width; d++) {
        const x0 = values[a + d];
        const x1 = values[b + d];
        const x2 = values[c + d];
        const x3 = values[e + d];
        mean[d] += p0 * x0 + p1 * x1 + p2 * x2 + p3 * x3;
        other[d] += q0 * x0 + q1 * x1 + q2 * x2 + q3 * x3;
      }
    }
    for (let row = whole; row < count; row++) {
      for (let d = 0, at = row * width; d < width; d++, at++) {
        mean[d] += p[row] * values[at];
        other[d] += q[row] * values[at];
      }
    }
  }
}
