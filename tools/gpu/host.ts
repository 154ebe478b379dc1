import type { Encoder, Pixels } from '../../src/core/encoders';

/** The two backends that are compared; wasm is the reference. */
export type Compared = 'webgpu' | 'wasm';

/** What computes where the measurement runs: a worker of a browser, or Node with Dawn. */
export interface Host {
  /** Opens a session; the encoder's `backend` is where it runs in the end. */
  openText(backend: Compared): Promise<Encoder<string>>;
  openImage(backend: Compared): Promise<Encoder<Pixels>>;
}

/** Prints a line of progress. */
export type Say = (line: string) => void;

/** Milliseconds that some work takes, and what it gave. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - started };
}

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
