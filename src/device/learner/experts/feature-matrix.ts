import { createMatrix, type Matrix, type PlaceTable } from '../../../core/kernel';
import { NUMBER_RBFS, type NumberFeatures, numberRbf } from '../../ranking';
import { type FeatureBlocks, numberPosition, type ReadoutBlock } from './feature-blocks';

/** Columns of one block among the columns of all blocks; blocks with a table come last. */
export interface MatrixBlock
  extends Pick<ReadoutBlock, 'name' | 'key' | 'rate' | 'center' | 'scale' | 'states' | 'digits'> {
  /** First column, and the column after the last. */
  from: number;
  to: number;
  /**
   * Start of the block's read-outs among the read-outs of all blocks: one after the other, `to - from` coefficients each.
   */
  at: number;
}

/**
 * The standardised features of every item side by side, [count, width], made once per state of the catalogue: all experts
 * read the same numbers, several experts in one pass.
 */
export class FeatureMatrix implements NumberFeatures {
  readonly count: number;
  /** Columns of all blocks. */
  readonly width: number;
  readonly blocks: readonly MatrixBlock[];
  /** Coefficients of the read-outs of all blocks. */
  readonly coefficients: number;
  readonly #matrix: Matrix;
  /** Tables of the blocks that have one, by the block's index. */
  readonly #tables = new Map<number, PlaceTable>();

  constructor({ count, blocks }: FeatureBlocks) {
    const sizeOf = ({ width, table }: ReadoutBlock) => ({ width, rows: (table?.values.length ?? 0) / width });
    const sum = (some: readonly ReadoutBlock[]): number => some.reduce((all, { width }) => all + width, 0);
    const tabled = blocks.filter(({ table }) => table);
    this.count = count;
    this.width = sum(blocks);
    this.coefficients = blocks.reduce((all, { width, states }) => all + width * states.length, 0);
    this.#matrix = createMatrix(count, this.width - sum(tabled), tabled.map(sizeOf));
    // Columns of tables come after all other columns.
    let [own, inTables, at] = [0, this.#matrix.width, 0];
    this.blocks = blocks.map((block, n) => {
      const { name, key, rate, center, scale, states, digits, width, table, values } = block;
      const from = table ? inTables : own;
      if (table) {
        const placed = this.#matrix.tables[tabled.indexOf(block)];
        for (let row = 0; row < sizeOf(block).rows; row++) placed.row(row).set(standardized(block, table.values, row));
        for (const [row, position] of table.positions.entries()) placed.place(row, position);
        this.#tables.set(n, placed);
        inTables += width;
      } else {
        for (let row = 0; row < count; row++) this.#matrix.row(row).set(standardized(block, values, row), from);
        own += width;
      }
      at += width * states.length;
      return { name, key, rate, center, scale, states, digits, from, to: from + width, at: at - width * states.length };
    });
  }

  /** The features of one item, [width]. */
  row(row: number): Float32Array {
    const features = new Float32Array(this.width);
    features.set(this.#matrix.row(row));
    for (const [n, table] of this.#tables) features.set(table.of(row), this.blocks[n].from);
    return features;
  }

  setNumber(name: string, row: number, value: number): void {
    const n = this.blocks.findIndex((block) => block.name === `${name} ${NUMBER_RBFS}`);
    if (n < 0) return;
    const table = this.#tables.get(n);
    if (table) table.place(row, numberPosition(value));
    else {
      const features = standardized(this.blocks[n], numberRbf(Float32Array.of(value)), 0);
      this.#matrix.row(row).set(features, this.blocks[n].from);
    }
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
    return this.#matrix.products(queries);
  }

  /**
   * Means of the rows weighted by each list of shares.
   * @param shares [count] each
   * @returns for each list [width]
   */
  means(shares: readonly Float32Array[]): Float32Array[] {
    return this.#matrix.weightedSums(shares);
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
