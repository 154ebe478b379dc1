import type { ImagePreset, TextPreset } from '../preset';
import type { ImageEncoder, TextEncoder } from '../session';
import { createEncoderOn, type WebEncoderFiles } from '../web/web-encoder';

/**
 * Creates an encoder on onnxruntime-web's build for wasm only. It is half as large as the build for both backends, and computes
 * about three times as fast on wasm. See `createWebEncoder` for the errors.
 */
export function createWasmEncoder(preset: TextPreset, files: WebEncoderFiles): Promise<TextEncoder>;
export function createWasmEncoder(preset: ImagePreset, files: WebEncoderFiles): Promise<ImageEncoder>;
export function createWasmEncoder(
  preset: TextPreset | ImagePreset,
  files: WebEncoderFiles,
): Promise<TextEncoder | ImageEncoder> {
  return createEncoderOn(() => import('./wasm-runtime'), preset, files, { backend: 'wasm' });
}
