/**
 * Rows of 32-bit floats that are multiplied as a whole, on the processor's vector instructions where the browser lets
 * WebAssembly run, and in JavaScript elsewhere. Both add up in another order: results differ by rounding.
 */
export interface Matrix {
  readonly count: number;
  readonly width: number;
  /** Row `row`, [width]; shared: what is written there is in the matrix. */
  row(row: number): Float32Array;
  /** Replaces the values of one column. @param values [count] */
  setColumn(column: number, values: Float32Array): void;
  /**
   * Dot products of every row with each query.
   * @param queries [width] each
   * @returns for each query [count]
   */
  products(queries: readonly Float32Array[]): Float32Array[];
  /**
   * Sums of the rows, weighted by each list of weights.
   * @param weights [count] each
   * @returns for each list [width]
   */
  weightedSums(weights: readonly Float32Array[]): Float32Array[];
}
