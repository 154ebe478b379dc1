import * as v from 'valibot';

/** Parts of an item that a side model reads; each has its own experts. */
export const SIDE_INPUTS = ['text', 'image', 'attributes'] as const;
export type SideInput = (typeof SIDE_INPUTS)[number];

const size = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

export const sideConfigSchema = v.strictObject({
  /** d: dimensions of an item vector. */
  width: size(1, 256),
  /** Hidden units of one expert. */
  hidden: size(1, 4096),
  /** Number of columns of each part; 0 for a part that the catalogue lacks, which then has no experts. */
  inputs: v.strictObject({ text: size(0, 65_536), image: size(0, 65_536), attributes: size(0, 65_536) }),
  /** Decays that the states start from; they are learned. */
  decays: v.pipe(v.array(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))), v.minLength(1), v.maxLength(8)),
});
export type SideConfig = v.InferOutput<typeof sideConfigSchema>;

/**
 * Half-lives of .4, 1.4, 5 and 23 choices. The fast states follow the basket, the slow ones the shopper; with two states
 * instead of four, the gift shop and the supermarket lose a tenth of their hits in the first ten.
 */
export const SIDE_DECAYS: readonly number[] = [0.2, 0.6, 0.88, 0.97];
