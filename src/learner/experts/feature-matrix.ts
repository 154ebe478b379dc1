import { createMatrix, type Matrix } from '../../kernel';
import type { NumberFeatures } from '../../ranking';
import type { FeatureBlocks, ReadoutBlock } from './feature-blocks';

/** Columns of one block in the matrix. */
export interface MatrixBlock
  extends Pick<ReadoutBlock, 'name' | 'key' | 'rate' | 'center' | 'scale' | 'states' | 'digits'> {
  /** First column, and the one after the last. */
  from: number;
  to: number;
  /** Where the block's read-outs begin among those of all blocks: one after the other, `to - from` coefficients each. */
  at: number;
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
  readonly #matrix: Matrix;

  constructor({ count, blocks }: FeatureBlocks) {
    this.count = count;
    this.width = blocks.reduce((sum, { width }) => sum + width, 0);
    this.coefficients = blocks.reduce((sum, { width, states }) => sum + width * states.length, 0);
    this.#matrix = createMatrix(count, this.width);
    let from = 0;
    let at = 0;
    this.blocks = blocks.map((block) => {
      const to = from + block.width;
      this.#copy(block, from);
      const { name, key, rate, center, scale, states, digits } = block;
      const placed = { name, key, rate, center, scale, states, digits, from, to, at };
      from = to;
      at += block.width * states.length;
      return placed;
    });
  }

  /** The features of one item, [width]; shared, and changed by `CatalogIndex.updateFeatures` alone. */
  row(row: number): Float32Array {
    return this.#matrix.row(row);
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

  #copy({ width, values, center, scale }: ReadoutBlock, from: number): void {
    for (let row = 0; row < this.count; row++) {
      const to = this.#matrix.row(row).subarray(from, from + width);
      const at = row * width;
      for (let d = 0; d < width; d++) to[d] = (values[at + d] - center[d]) * scale[d];
    }
  }
}
