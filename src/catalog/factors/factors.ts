import type { GradientMap } from './gradient-map';

/** The blocks of factors, in the order in which they are stored. */
export const FACTOR_BLOCKS = ['cooccurrence', 'users'] as const;
export type FactorBlockName = (typeof FACTOR_BLOCKS)[number];

/** Factors of one block at most. */
export const MOST_FACTORS = 64;

/** Highest lift of items that nobody chose. */
export const MOST_LIFT = 2;

/** One latent vector per item. */
export interface FactorBlock {
  /** `cooccurrence`: of the co-occurrence table. `users`: of the choices of all users. */
  name: FactorBlockName;
  /** 1 to 64. */
  width: number;
  /** [count * width]. Rows of known items have length 1; an item of which nothing is known has a zero row. */
  values: Float32Array;
}

/**
 * Latent factors of the items, made offline from the shop's logs: items that the same shoppers choose have rows that point the
 * same way. Each block occurs at most once.
 */
export interface Factors {
  blocks: FactorBlock[];
  /**
   * [count] Log popularity of the items that nobody chose, predicted from what they are and relative to their mean; 0 for all
   * others. Absent where it is unknown who chose what.
   */
  coldPopularity?: Float32Array;
  /** Lift of the items that nobody chose, 0 to 2: the weight of the term `coldStart`. Default: that of every shop. */
  coldStart?: number;
  /** SHA-256 of their file: other ones have other axes. Absent where they were just made. */
  digest?: string;
  /** How experts that read these factors should learn. Default: as their own gradients say. */
  map?: GradientMap;
}

/** The same factors for the items in another order, which a map would not fit. @param order every row once, in the new order */
export const pickFactors = ({ blocks, coldPopularity, coldStart }: Factors, order: readonly number[]): Factors => ({
  ...(coldStart !== undefined && { coldStart }),
  ...(coldPopularity && { coldPopularity: Float32Array.from(order, (row) => coldPopularity[row]) }),
  blocks: blocks.map(({ name, width, values }) => {
    const picked = new Float32Array(values.length);
    for (const [place, row] of order.entries()) {
      picked.set(values.subarray(row * width, (row + 1) * width), place * width);
    }
    return { name, width, values: picked };
  }),
});

/** The same factors with zero rows for further items. @param count items, at least those that have factors */
export const extendFactors = ({ blocks, coldPopularity, ...others }: Factors, count: number): Factors => ({
  ...others,
  ...(coldPopularity && { coldPopularity: extended(coldPopularity, count) }),
  blocks: blocks.map((block) => {
    if (block.values.length === count * block.width) return block;
    return { ...block, values: extended(block.values, count * block.width) };
  }),
});

function extended(values: Float32Array, length: number): Float32Array {
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
}
