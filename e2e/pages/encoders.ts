import { type Remote, wrap } from 'comlink';
import type { BundleEncoder, Encoded, Encoders } from './encoders-worker';

/** An encoder of a bundle, its model in Base64, and what it encodes. */
export interface BundleCall {
  encoder: Omit<BundleEncoder, 'onnx'> & { onnx: string };
  input: string | number[];
}

/** The calls of e2e/encoders.spec.ts in this page. */
export interface EncodersPage {
  text(texts: string[], backend?: 'webgpu' | 'wasm', runs?: number, lose?: number[]): Promise<Encoded[]>;
  image(pixels: number[], backend?: 'webgpu' | 'wasm'): Promise<Encoded>;
  together(text: string, pixels: number[]): Promise<Encoded[]>;
  /** One text, or the bytes of one image, with each of some encoders of bundles. */
  bundleEncoders(calls: BundleCall[], backend: 'webgpu' | 'wasm'): Promise<Encoded[]>;
  /** `[3, size, size]` of an image file, or the error code. */
  decode(file: number[], size: number): Promise<number[] | string>;
}

declare global {
  interface Window {
    encoders: EncodersPage;
  }
}

/** One worker per call, terminated afterwards, as a page should do it. */
async function inWorker<T>(work: (encoders: Remote<Encoders>) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL('./encoders-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await work(wrap<Encoders>(worker));
  } finally {
    worker.terminate();
  }
}

window.encoders = {
  text: (...call) => inWorker((encoders) => encoders.text(...call)),
  image: (pixels, backend) => inWorker((encoders) => encoders.image([Float32Array.from(pixels)], backend)),
  together: (text, pixels) => inWorker((encoders) => encoders.together(text, Float32Array.from(pixels))),
  bundleEncoders: (calls, backend) =>
    inWorker(async (encoders) => {
      const encoded: Encoded[] = [];
      for (const { encoder, input } of calls) {
        const item = typeof input === 'string' ? input : new Blob([Uint8Array.from(input)]);
        const onnx = Uint8Array.from(atob(encoder.onnx), (character) => character.charCodeAt(0));
        encoded.push(await encoders.bundleEncoder({ ...encoder, onnx }, item, backend));
      }
      return encoded;
    }),
  decode: (file, size) =>
    inWorker(async (encoders) => {
      try {
        return Array.from(await encoders.decode(new Blob([Uint8Array.from(file)]), size));
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    }),
};
