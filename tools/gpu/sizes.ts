/** Sizes of what is measured. */
export interface Sizes {
  /** Texts and pictures per run, one entry each. */
  batches: { text: number[]; image: number[] };
  /** Runs that a time is the median of, after the first one of its shape. */
  runs: number;
}

/** What shows that the numbers are right, on an adapter that is a hundred times slower than wasm. */
const TINY: Sizes = {
  batches: { text: [2], image: [1] },
  runs: 1,
};

/** Those of a shop's build. */
const FULL: Sizes = {
  batches: { text: [1, 8, 32], image: [1, 8] },
  runs: 9,
};

export const SIZES = { tiny: TINY, full: FULL };
export type SizeName = keyof typeof SIZES;
