import { expose } from 'comlink';
import mobilenetV2 from '../../models/mobilenet-v2.onnx?url';
import useLite from '../../models/use-lite.onnx?url';
import useLiteTokenizer from '../../models/use-lite.tokenizer.json?url';
import { bundlePreset, DEFAULT_PRESETS } from '../../src/core/encoders';
import { createWebEncoder, decodeImage } from '../../src/core/encoders/web';

type Backend = 'webgpu' | 'wasm';

/** A spec's result: taps as plain arrays, and the backend. */
export interface Encoded {
  backend: string;
  taps: number[][];
}

/** An encoder as a bundle holds it. */
export interface BundleEncoder {
  settings: unknown;
  onnx: Uint8Array;
  tokenizer?: string;
}

const bytes = async (url: string) => (await fetch(url)).arrayBuffer();

/** The newest GPU device of this worker, so that a spec can destroy it. */
let device: GPUDevice | null = null;
if ('GPUAdapter' in globalThis) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    device = await requestDevice.call(this, descriptor);
    return device;
  };
}

const encoders = {
  /** Encodes texts; before the runs whose numbers are listed in `lose`, the GPU device is destroyed. */
  async text(texts: string[], backend?: Backend, runs = 1, lose: number[] = []): Promise<Encoded[]> {
    const files = { onnx: await bytes(useLite), tokenizer: await (await fetch(useLiteTokenizer)).text() };
    const encoder = await createWebEncoder(DEFAULT_PRESETS.text, files, { backend });
    const encoded: Encoded[] = [];
    for (let run = 0; run < runs; run++) {
      if (lose.includes(run)) device?.destroy();
      const taps = await encoder.encode(texts);
      encoded.push({ backend: encoder.backend, taps: taps.map((tap) => Array.from(tap)) });
    }
    await encoder.release();
    return encoded;
  },
  async image(pictures: Float32Array[], backend?: Backend): Promise<Encoded> {
    const encoder = await createWebEncoder(DEFAULT_PRESETS.image, { onnx: await bytes(mobilenetV2) }, { backend });
    const taps = await encoder.encode(pictures);
    await encoder.release();
    return { backend: encoder.backend, taps: taps.map((tap) => Array.from(tap)) };
  },
  /** Both encoders at once: only one session may run at a time. */
  async together(text: string, picture: Float32Array): Promise<Encoded[]> {
    const [texts, images] = await Promise.all([encoders.text([text], 'wasm'), encoders.image([picture], 'wasm')]);
    return [...texts, images];
  },
  /** Encodes one text or image with an encoder of a bundle. */
  async bundleEncoder(
    { settings, onnx, tokenizer }: BundleEncoder,
    input: string | Blob,
    backend: Backend,
  ): Promise<Encoded> {
    const preset = bundlePreset('bundle', settings);
    const files = { onnx, tokenizer };
    const encoded = (backend: string, taps: Float32Array[]) => ({ backend, taps: taps.map((tap) => Array.from(tap)) });
    if (preset.modality === 'text') {
      const encoder = await createWebEncoder(preset, files, { backend });
      return encoded(encoder.backend, await encoder.encode([String(input)]));
    }
    if (typeof input === 'string') throw new Error('This encoder takes pictures.');
    const encoder = await createWebEncoder(preset, files, { backend });
    return encoded(encoder.backend, await encoder.encode([await decodeImage(input, preset)]));
  },
  decode: (picture: Blob, size: number) => decodeImage(picture, { size }),
};

export type Encoders = typeof encoders;
expose(encoders);
