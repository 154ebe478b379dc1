import type { Encoder, Pixels } from '../../src/core/encoders';

/** The two backends that are compared; wasm is the reference. */
export type Compared = 'webgpu' | 'wasm';

/** The environment of the measurement: a browser's worker, or Node with Dawn. */
export interface Host {
  /** Opens a session; the encoder's `backend` is the one on which it finally runs. */
  openText(backend: Compared): Promise<Encoder<string>>;
  openImage(backend: Compared): Promise<Encoder<Pixels>>;
}

/** Prints a line of progress. */
export type Say = (line: string) => void;

/** Duration of some work in milliseconds, and its result. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - started };
}

export interface Sizes {
  /** Number of texts and pictures per run, one entry per run. */
  batches: { text: number[]; image: number[] };
  /** Number of runs whose median is the time, after the first run of its shape. */
  runs: number;
}

/** Enough to check the numbers on an adapter that is a hundred times slower than wasm. */
const TINY: Sizes = {
  batches: { text: [2], image: [1] },
  runs: 1,
};

/** The sizes of a shop's build. */
const FULL: Sizes = {
  batches: { text: [1, 8, 32], image: [1, 8] },
  runs: 9,
};

export const SIZES = { tiny: TINY, full: FULL };
export type SizeName = keyof typeof SIZES;
