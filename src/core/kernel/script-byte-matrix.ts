import { type ByteMatrix, type ByteQuery, type ByteRows, RoundingMatrix } from './byte-matrix';

/** The matrix in JavaScript, for pages whose content security policy forbids WebAssembly, and devices without it. */
export class ScriptByteMatrix extends RoundingMatrix implements ByteMatrix {
  readonly vectorized = false;
  readonly #values: Int8Array;
  readonly #scales: Float32Array;

  constructor(capacity: number, width: number, parts: number) {
    super(capacity, width, parts);
    this.#values = new Int8Array(capacity * width);
    this.#scales = new Float32Array(capacity * parts);
  }

  fill({ count, values, scales }: ByteRows, at = 0): void {
    this.#values.set(values, at * this.width);
    this.#scales.set(scales, at * this.parts);
    this.count = at + count;
  }

  protected queryOf(row: number): ByteQuery {
    const { width, parts } = this;
    return {
      values: Int16Array.from(this.#values.subarray(row * width, (row + 1) * width)),
      scales: this.#scales.slice(row * parts, (row + 1) * parts),
    };
  }

  protected multiply(queries: readonly ByteQuery[]): Float32Array[] {
    return queries.map((query) => {
      const out = new Float32Array(this.count);
      for (let part = 0; part < this.parts; part++) this.#addPart(out, query, part);
      return out;
    });
  }

  /** Four rows at a time: the processor computes independent sums in parallel. */
  #addPart(out: Float32Array, query: ByteQuery, part: number): void {
    const { width, parts } = this;
    const rows = this.#values;
    const own = width / parts;
    const wanted = query.values.subarray(part * own, (part + 1) * own);
    const count = this.count;
    const whole = count - (count % 4);
    for (let row = 0; row < whole; row += 4) {
      let a = 0;
      let b = 0;
      let c = 0;
      let e = 0;
      for (let d = 0, at = row * width + part * own; d < own; d++, at++) {
        const x = wanted[d];
        a = (a + rows[at] * x) | 0;
        b = (b + rows[at + width] * x) | 0;
        c = (c + rows[at + 2 * width] * x) | 0;
        e = (e + rows[at + 3 * width] * x) | 0;
      }
      out[row] += this.#scaled(query, part, row, a);
      out[row + 1] += this.#scaled(query, part, row + 1, b);
      out[row + 2] += this.#scaled(query, part, row + 2, c);
      out[row + 3] += this.#scaled(query, part, row + 3, e);
    }
    for (let row = whole; row < count; row++) {
      let sum = 0;
      for (let d = 0, at = row * width + part * own; d < own; d++, at++) sum = (sum + rows[at] * wanted[d]) | 0;
      out[row] += this.#scaled(query, part, row, sum);
    }
  }

  /** Rounded to 32 bits after every step, as vector instructions do. */
  #scaled({ scales }: ByteQuery, part: number, row: number, sum: number): number {
    const scale = Math.fround(this.#scales[row * this.parts + part] * scales[part]);
    return Math.fround(scale * Math.fround(sum));
  }
}
