import type { Preset } from '../preset';
import type { EncoderOf } from '../session';
import { createEncoderOn, type WebEncoderFiles } from '../web/web-encoder';

/**
 * Creates an encoder on onnxruntime-web's build for wasm only. It is half as large as the build for both backends, and computes
 * about three times as fast on wasm. See `createWebEncoder` for the errors.
 */
export const createWasmEncoder = <P extends Preset>(preset: P, files: WebEncoderFiles): Promise<EncoderOf<P>> =>
  createEncoderOn(() => import('./wasm-runtime'), preset, files, { backend: 'wasm' }) as Promise<EncoderOf<P>>;
