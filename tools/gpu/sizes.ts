/** Sizes of what is measured. */
export interface Sizes {
  /** Texts and pictures per run, one entry each. */
  batches: { text: number[]; image: number[] };
  /** Runs that a time is the median of, after the first one of its shape. */
  runs: number;
  trainer: TrainerSizes;
  base: { items: number; dim: number; embeddingDim: number; histories: number };
}

export interface TrainerSizes {
  /** Items of the catalogue. */
  items: number;
  /** D: width of a tap; H: inner width of an expert; E: width of an item's embedding. */
  dim: number;
  bottleneck: number;
  embeddingDim: number;
  /** Layers of each ladder, one fewer than its taps. */
  layers: number;
  /** Shoppers of the batch, and the choices of each. */
  shoppers: number;
  choices: number;
  /** Steps of Adam after the first one. */
  steps: number;
}

/** What shows that the numbers are right, on an adapter that is a hundred times slower than wasm. */
const TINY: Sizes = {
  batches: { text: [2], image: [1] },
  runs: 1,
  trainer: { items: 24, dim: 8, bottleneck: 4, embeddingDim: 8, layers: 2, shoppers: 2, choices: 6, steps: 2 },
  base: { items: 40, dim: 8, embeddingDim: 8, histories: 4 },
};

/** Those of a shop: a batch of 32 shoppers, and the embedding of 2,000 items. */
const FULL: Sizes = {
  batches: { text: [1, 8, 32], image: [1, 8] },
  runs: 9,
  trainer: { items: 2000, dim: 128, bottleneck: 32, embeddingDim: 64, layers: 2, shoppers: 32, choices: 21, steps: 20 },
  base: { items: 2000, dim: 128, embeddingDim: 64, histories: 32 },
};

export const SIZES = { tiny: TINY, full: FULL };
export type SizeName = keyof typeof SIZES;
