import type { Matrix } from './matrix';

/**
 * Dot products of rows with a query, in JavaScript. Four rows at a time: the processor computes independent sums in parallel.
 * @param values [count, width]
 * @returns [count]
 */
export function rowProducts(
  values: Float32Array,
  { count, width }: { count: number; width: number },
  query: Float32Array,
): Float32Array {
  const out = new Float32Array(count);
  const whole = count - (count % 4);
  for (let row = 0; row < whole; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let e = 0;
    for (let d = 0, at = row * width; d < width; d++, at++) {
      const x = query[d];
      a += values[at] * x;
      b += values[at + width] * x;
      c += values[at + 2 * width] * x;
      e += values[at + 3 * width] * x;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = e;
  }
  for (let row = whole; row < count; row++) {
    let sum = 0;
    for (let d = 0, at = row * width; d < width; d++, at++) sum += values[at] * query[d];
    out[row] = sum;
  }
  return out;
}

/** The matrix in JavaScript, for pages whose content security policy forbids WebAssembly, and devices without it. */
export class ScriptMatrix implements Matrix {
  readonly #values: Float32Array;

  constructor(
    readonly count: number,
    readonly width: number,
  ) {
    this.#values = new Float32Array(count * width);
  }

  row(row: number): Float32Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }

  setColumn(column: number, values: Float32Array): void {
    for (let row = 0; row < this.count; row++) this.#values[row * this.width + column] = values[row];
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    return queries.map((query) => rowProducts(this.#values, this, query));
  }

  weightedSums(weights: readonly Float32Array[]): Float32Array[] {
    return weights.map((own) => this.#weightedSum(own));
  }

  /** Four rows at a time: each sum is read and written once for all of them. */
  #weightedSum(weights: Float32Array): Float32Array {
    const { count, width } = this;
    const values = this.#values;
    const sums = new Float64Array(width);
    const whole = count - (count % 4);
    for (let row = 0; row < whole; row += 4) {
      const a = weights[row];
      const b = weights[row + 1];
      const c = weights[row + 2];
      const e = weights[row + 3];
      for (let d = 0, at = row * width; d < width; d++, at++) {
        sums[d] += a * values[at] + b * values[at + width] + c * values[at + 2 * width] + e * values[at + 3 * width];
      }
    }
    for (let row = whole; row < count; row++) {
      for (let d = 0, at = row * width; d < width; d++, at++) sums[d] += weights[row] * values[at];
    }
    return Float32Array.from(sums);
  }
}
