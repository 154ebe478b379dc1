/** A table that items are placed on: columns of the matrix that many items have in common. */
export interface PlaceTable {
  readonly width: number;
  /** Row `row` of the table, [width]; shared: writing to it changes the table. */
  row(row: number): Float32Array;
  /** Places an item: at 2.25 its row is a quarter of the way from row 2 of the table to row 3. */
  place(item: number, position: number): void;
  /** The row of an item, [width]. */
  of(item: number): Float32Array;
}

/** Rows and columns of a table. */
export interface TableSize {
  rows: number;
  width: number;
}

/**
 * Rows of 32-bit floats that are multiplied as a whole, with vector instructions if the browser allows WebAssembly, else in
 * JavaScript. The two sum in different orders: results differ by rounding.
 */
export interface Matrix {
  readonly count: number;
  /** Number of own columns of each row. */
  readonly width: number;
  /** The columns after these, of one table after the other. */
  readonly tables: readonly PlaceTable[];
  /** The own columns of row `row`, [width]; shared: writing to them changes the matrix. */
  row(row: number): Float32Array;
  /**
   * Dot products of every row with each query.
   * @param queries [all columns] each
   * @returns for each query [count]
   */
  products(queries: readonly Float32Array[]): Float32Array[];
  /**
   * Sums of the rows, weighted by each list of weights.
   * @param weights [count] each
   * @param out receives the results: one for each list, or more. Default new ones
   * @returns for each list [all columns]
   */
  weightedSums(weights: readonly Float32Array[], out?: readonly Float32Array[]): Float32Array[];
}

/** A table in the given memory; before the first placement, all items are on its first row. */
export class GivenTable implements PlaceTable {
  /**
   * @param values [rows, columns], a row more than items are placed on
   * @param columns their first `width` values count
   * @param before the row before each item
   * @param beyond how far each item is from there to the next one, 0 to 1
   */
  constructor(
    readonly values: Float32Array,
    readonly width: number,
    readonly columns: number,
    readonly before: Int32Array,
    readonly beyond: Float32Array,
  ) {}

  get rows(): number {
    return this.values.length / this.columns;
  }

  row(row: number): Float32Array {
    return this.values.subarray(row * this.columns, row * this.columns + this.width);
  }

  place(item: number, position: number): void {
    this.before[item] = Math.floor(position);
    this.beyond[item] = position - Math.floor(position);
  }

  of(item: number): Float32Array {
    const next = this.row(this.before[item] + 1);
    return this.row(this.before[item]).map((value, d) => value + this.beyond[item] * (next[d] - value));
  }
}

/**
 * Dot products of rows with a query, in JavaScript. Four rows at a time: the processor computes independent sums in parallel.
 * @param values [count, width]
 * @returns [count]
 */
export function queryProducts(
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
  readonly tables: readonly GivenTable[];

  constructor(
    readonly count: number,
    readonly width: number,
    tables: readonly TableSize[] = [],
  ) {
    this.#values = new Float32Array(count * width);
    this.tables = tables.map(({ rows, width: own }) => {
      const values = new Float32Array((rows + 1) * own);
      return new GivenTable(values, own, own, new Int32Array(count), new Float32Array(count));
    });
  }

  row(row: number): Float32Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    return queries.map((query) => {
      const out = queryProducts(this.#values, this, query);
      let from = this.width;
      for (const { values, rows, width, before, beyond } of this.tables) {
        const products = queryProducts(values, { count: rows, width }, query.subarray(from, from + width));
        for (let row = 0; row < out.length; row++) {
          const value = products[before[row]];
          out[row] += value + beyond[row] * (products[before[row] + 1] - value);
        }
        from += width;
      }
      return out;
    });
  }

  weightedSums(weights: readonly Float32Array[], out?: readonly Float32Array[]): Float32Array[] {
    return weights.map((own, n) => {
      const sums = out?.[n] ?? new Float32Array(this.tables.reduce((all, { width }) => all + width, this.width));
      sums.set(weightedSum(this.#values, this, own));
      let from = this.width;
      for (const { values, rows, width, before, beyond } of this.tables) {
        const placed = new Float32Array(rows);
        for (let row = 0; row < own.length; row++) {
          const next = own[row] * beyond[row];
          placed[before[row]] += own[row] - next;
          placed[before[row] + 1] += next;
        }
        sums.set(weightedSum(values, { count: rows, width }, placed), from);
        from += width;
      }
      return sums;
    });
  }
}

/** Four rows at a time: each sum is read and written once for all four. */
function weightedSum(
  values: Float32Array,
  { count, width }: { count: number; width: number },
  weights: Float32Array,
): Float64Array {
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
  return sums;
}

/**
 * Softmax of the sums of two scores of every item. A score of -Infinity has the share 0.
 * @param added null: nothing is added
 * @param shares receives the share of each item; null if only the sum is needed
 * @returns the log of the sum of e^score; minus a score, it is the loss of choosing that item. NaN if a score is NaN
 */
export type Softmax = (scores: Float32Array, added: Float32Array | null, shares: Float32Array | null) => number;

export const scriptSoftmax: Softmax = (scores, added, shares) => {
  const out = shares ?? new Float32Array(scores.length);
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < out.length; at++) {
    out[at] = added ? scores[at] + added[at] : scores[at];
    if (!(out[at] <= most)) most = out[at] > most ? out[at] : Number.NaN;
  }
  let total = 0;
  for (let at = 0; at < out.length; at++) {
    const value = exponential(out[at] - most);
    out[at] = value;
    total += value;
  }
  for (let at = 0; at < out.length; at++) out[at] /= total;
  return Math.log(total) + most;
};

/** 2^-n. */
const POWERS = Float64Array.from({ length: 1100 }, (_, n) => 2 ** -n);

/**
 * e^x for x up to 0, with a relative error below 1e-9: `Math.exp` takes three times as long and would dominate a softmax.
 */
function exponential(x: number): number {
  const whole = Math.floor(0.5 - x * Math.LOG2E);
  // Also if x is NaN.
  if (!(whole < POWERS.length)) return x < 0 ? 0 : Number.NaN;
  const z = x + whole * Math.LN2;
  const high = 1 / 120 + z * (1 / 720 + z * (1 / 5040 + z * (1 / 40320 + z / 362880)));
  return POWERS[whole] * (1 + z * (1 + z * (1 / 2 + z * (1 / 6 + z * (1 / 24 + z * high)))));
}
