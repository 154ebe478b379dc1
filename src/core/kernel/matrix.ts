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
