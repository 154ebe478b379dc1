import type { Preset } from './preset';

/** Raw tap activations of a batch, one array per tap: [batch * width], row-major. Not yet standardised. */
export type RawTaps = Float32Array[];

/** An image ready for the encoder: [3, size, size], channel-first RGB, 0..1. */
export type Pixels = Float32Array;

/**
 * A frozen encoder with a loaded session. Calls are serialised inside (one mutex for create, run and release of all
 * sessions); `release` frees the session.
 */
export interface Encoder<Input> {
  preset: Preset;
  /** Where the session actually runs. */
  backend: 'webgpu' | 'wasm' | 'node';
  /** @throws SidestreamError `encoder/failed` */
  encode(batch: Input[]): Promise<RawTaps>;
  release(): Promise<void>;
}

export type TextEncoder = Encoder<string>;
export type ImageEncoder = Encoder<Pixels>;
