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

export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};
