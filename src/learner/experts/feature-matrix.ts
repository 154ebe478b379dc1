import { createMatrix, type Matrix } from '../../kernel';
import { NUMBER_RBFS, type NumberFeatures, numberRbf } from '../../ranking';
import type { FeatureBlocks, FeatureTable, ReadoutBlock } from './feature-blocks';
import { numberPosition } from './number-table';

/** Columns of one block among those of all blocks. */
export interface MatrixBlock
  extends Pick<ReadoutBlock, 'name' | 'key' | 'rate' | 'center' | 'scale' | 'states' | 'digits'> {
  /** First column, and the one after the last. */
  from: number;
  to: number;
  /** Where the block's read-outs begin among those of all blocks: one after the other, `to - from` coefficients each. */
  at: number;
}

/** Where the columns of a block are. */
interface Columns {
  from: number;
  to: number;
  /** In the matrix of all blocks without a table, the first column. */
  at: number;
  table: PositionTable | null;
}

/**
 * The standardised features of every item side by side, [count, width], made once per state of the catalogue: all experts
 * read the same numbers, several of them in one pass.
 */
export class FeatureMatrix implements NumberFeatures {
  readonly count: number;
  /** Columns of all blocks. */
  readonly width: number;
  readonly blocks: readonly MatrixBlock[];
  /** Coefficients of the read-outs of all blocks. */
  readonly coefficients: number;
  readonly #columns: readonly Columns[];
  readonly #matrix: Matrix;

  constructor({ count, blocks }: FeatureBlocks) {
    this.count = count;
    this.width = blocks.reduce((sum, { width }) => sum + width, 0);
    this.coefficients = blocks.reduce((sum, { width, states }) => sum + width * states.length, 0);
    let [from, at, inMatrix] = [0, 0, 0];
    const columns: Columns[] = [];
    this.blocks = blocks.map((block) => {
      const to = from + block.width;
      columns.push({ from, to, at: inMatrix, table: block.table && new PositionTable(block, block.table) });
      const { name, key, rate, center, scale, states, digits } = block;
      const placed = { name, key, rate, center, scale, states, digits, from, to, at };
      from = to;
      at += block.width * states.length;
      if (!block.table) inMatrix += block.width;
      return placed;
    });
    this.#columns = columns;
    this.#matrix = createMatrix(count, inMatrix);
    for (const [n, block] of blocks.entries()) {
      for (let row = 0; row < count && !block.table; row++) {
        this.#matrix.row(row).set(standardized(block, block.values, row), columns[n].at);
      }
    }
  }

  /** The features of one item, [width]. */
  row(row: number): Float32Array {
    const features = new Float32Array(this.width);
    const own = this.#matrix.row(row);
    for (const { from, to, at, table } of this.#columns) {
      features.set(table ? table.row(row) : own.subarray(at, at + to - from), from);
    }
    return features;
  }

  setNumber(name: string, row: number, value: number): void {
    const n = this.blocks.findIndex((block) => block.name === `${name} ${NUMBER_RBFS}`);
    if (n < 0) return;
    const { at, table } = this.#columns[n];
    if (table) table.set(row, numberPosition(value));
    else this.#matrix.row(row).set(standardized(this.blocks[n], numberRbf(Float32Array.of(value)), 0), at);
  }

  /**
   * Step of the read-outs on a choice of strength 1: the gradient times the rate of each block.
   * @param gradient g, features of the chosen item minus those expected, [width]
   * @returns [width]
   */
  step(gradient: Float32Array): Float32Array {
    const step = gradient.slice();
    for (const { from, to, rate } of this.blocks) for (let d = from; d < to; d++) step[d] *= rate;
    return step;
  }

  /**
   * Products of every row with each query.
   * @param queries [width] each
   * @returns for each query [count]
   */
  readOut(queries: readonly Float32Array[]): Float32Array[] {
    const products = this.#matrix.products(queries.map((query) => this.#inMatrix(query)));
    for (const { from, to, table } of this.#columns) {
      table?.addProducts(
        queries.map((query) => query.subarray(from, to)),
        products,
      );
    }
    return products;
  }

  /**
   * Means of the rows weighted by each list of shares.
   * @param shares [count] each
   * @returns for each list [width]
   */
  means(shares: readonly Float32Array[]): Float32Array[] {
    const means = shares.map(() => new Float32Array(this.width));
    const sums = this.#matrix.weightedSums(shares);
    for (const { from, to, at, table } of this.#columns) {
      const own = table?.weightedSums(shares) ?? sums.map((sum) => sum.subarray(at, at + to - from));
      for (const [n, mean] of means.entries()) mean.set(own[n], from);
    }
    return means;
  }

  /** The columns of the blocks without a table. */
  #inMatrix(query: Float32Array): Float32Array {
    const own = new Float32Array(this.#matrix.width);
    for (const { from, to, at, table } of this.#columns) if (!table) own.set(query.subarray(from, to), at);
    return own;
  }
}

/** Features of items that lie on the rows of a table, or between two of them. */
class PositionTable {
  readonly #table: Matrix;
  /** The row before each item, and how far it is from there to the next one, 0 to 1. */
  readonly #before: Uint32Array;
  readonly #beyond: Float32Array;

  constructor(block: ReadoutBlock, { values, positions }: FeatureTable) {
    const rows = values.length / block.width;
    // The last row has one after it, too.
    this.#table = createMatrix(rows + 1, block.width);
    for (let row = 0; row < rows; row++) this.#table.row(row).set(standardized(block, values, row));
    this.#before = new Uint32Array(positions.length);
    this.#beyond = new Float32Array(positions.length);
    for (const [row, position] of positions.entries()) this.set(row, position);
  }

  set(row: number, position: number): void {
    this.#before[row] = Math.floor(position);
    this.#beyond[row] = position - Math.floor(position);
  }

  row(row: number): Float32Array {
    const [before, beyond] = [this.#before[row], this.#beyond[row]];
    const next = this.#table.row(before + 1);
    return this.#table.row(before).map((value, d) => value + beyond * (next[d] - value));
  }

  /** Adds the products of every item with each query to the sums of that query. */
  addProducts(queries: readonly Float32Array[], sums: readonly Float32Array[]): void {
    const [before, beyond] = [this.#before, this.#beyond];
    for (const [n, products] of this.#table.products(queries).entries()) {
      const sum = sums[n];
      for (let row = 0; row < sum.length; row++) {
        const value = products[before[row]];
        sum[row] += value + beyond[row] * (products[before[row] + 1] - value);
      }
    }
  }

  /** As `Matrix.weightedSums`. */
  weightedSums(weights: readonly Float32Array[]): Float32Array[] {
    const [before, beyond] = [this.#before, this.#beyond];
    const masses = weights.map((own) => {
      const mass = new Float32Array(this.#table.count);
      for (let row = 0; row < own.length; row++) {
        const next = own[row] * beyond[row];
        mass[before[row]] += own[row] - next;
        mass[before[row] + 1] += next;
      }
      return mass;
    });
    return this.#table.weightedSums(masses);
  }
}

/** One row of a block's values, standardised. */
function standardized(
  { center, scale }: Pick<ReadoutBlock, 'center' | 'scale'>,
  values: Float32Array,
  row: number,
): Float32Array {
  return center.map((mean, d) => (values[row * center.length + d] - mean) * scale[d]);
}
