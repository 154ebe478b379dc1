import { SidestreamError } from '../../../error';
import { alone, equalLengths, imageEncoder, similarLengths, textEncoder } from '../onnx-encoder';
import { framed } from '../picture';
import type { Framing, Preset } from '../preset';
import {
  type EncoderBackend,
  type EncoderOf,
  EncoderSession,
  type ImageEncoder,
  type OpenSession,
  type Pixels,
  type TextEncoder,
} from '../session';
import { createTokenizer } from '../tokenizer';

/** The built files of an encoder, as a bundle carries them. */
export interface WebEncoderFiles {
  onnx: ArrayBuffer | Uint8Array;
  /** Contents of the tokeniser file; text encoders only. */
  tokenizer?: string;
}

export interface WebEncoderOptions {
  /** Default: WebGPU on a hardware adapter, unless the encoder computes on bytes; else wasm. */
  backend?: 'webgpu' | 'wasm';
}

/** The part of onnxruntime-web that encoders need. */
type WebRuntime = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor'>;

/**
 * Creates an encoder on onnxruntime-web, which is loaded by this call. Call it in a worker that ends after the encoding:
 * loading takes a second, and a wasm heap never shrinks. After a lost GPU device the session is opened again once, then on
 * wasm; the encoder's `backend` tells where it runs.
 * @throws SidestreamError `encoder/missing` when a text encoder lacks its tokeniser; `encoder/failed` when the runtime does
 * not load or no backend accepts the graph; `encoder/unsupported-graph` for a tokeniser that cannot be read
 */
export function createWebEncoder<P extends Preset>(
  preset: P,
  files: WebEncoderFiles,
  options: WebEncoderOptions = {},
): Promise<EncoderOf<P>> {
  return createEncoderOn(() => import('./web-runtime'), preset, files, options) as Promise<EncoderOf<P>>;
}

/** The same on another build of onnxruntime-web. @param runtime loads it */
export async function createEncoderOn(
  runtime: () => Promise<WebRuntime>,
  preset: Preset,
  files: WebEncoderFiles,
  options: WebEncoderOptions,
): Promise<TextEncoder | ImageEncoder> {
  const { InferenceSession, Tensor } = await loaded(runtime);
  const backends = await backendsOf(preset, options.backend);
  const onnx = files.onnx instanceof Uint8Array ? files.onnx : new Uint8Array(files.onnx);
  const open: OpenSession = (backend) =>
    InferenceSession.create(onnx, { executionProviders: [backend], logSeverityLevel: 3 });
  if (preset.modality === 'image') {
    const session = await EncoderSession.create(preset, open, backends);
    return imageEncoder(preset, session, (data, dims) => new Tensor('float32', data, dims));
  }
  if (files.tokenizer === undefined) {
    const message = `The encoder "${preset.name}" lacks its tokeniser. Build the bundle again.`;
    throw new SidestreamError('encoder/missing', message);
  }
  const tokenizer = createTokenizer(files.tokenizer, preset);
  const session = await EncoderSession.create(preset, open, backends);
  // The original may take the range of its bytes from the whole batch, so each text runs by itself. On the processor every padded
  // token costs time; on a GPU every run does.
  const batching = computesOnBytes(preset) ? alone : session.backend === 'wasm' ? equalLengths : similarLengths;
  return textEncoder(preset, tokenizer, session, (data, dims) => new Tensor('int32', data, dims), batching);
}

async function loaded(runtime: () => Promise<WebRuntime>): Promise<WebRuntime> {
  try {
    return await runtime();
  } catch (cause) {
    const message = 'onnxruntime-web did not load. Check that the page may fetch its own scripts and run WebAssembly.';
    throw new SidestreamError('encoder/failed', message, { cause });
  }
}

const computesOnBytes = ({ adapted }: Preset): boolean => adapted?.compute === 'int8';

/**
 * Backends for an encoder, in order of preference: WebGPU on a real GPU, else wasm. A software adapter runs on the CPU, a hundred
 * times slower than wasm. WebGPU has no products of bytes: each would travel to the processor and back. It is listed twice, because a
 * lost device is worth one more try.
 */
export async function backendsOf(preset: Preset, asked?: 'webgpu' | 'wasm'): Promise<EncoderBackend[]> {
  const first = asked ?? (computesOnBytes(preset) || (await missingGpu()) !== null ? 'wasm' : 'webgpu');
  return first === 'webgpu' ? ['webgpu', 'webgpu', 'wasm'] : ['wasm'];
}

/** Why encoders do not compute on a GPU here, as a part of a sentence; null if they do. */
export async function missingGpu(): Promise<string | null> {
  const { gpu } = globalThis.navigator;
  if (!gpu) return 'no WebGPU in this browser';
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return 'no WebGPU adapter';
  // Missing in Chrome 120.
  const info: GPUAdapterInfo | undefined = adapter.info;
  return info?.isFallbackAdapter || info?.architecture === 'swiftshader' ? 'the WebGPU adapter is software' : null;
}

/** Number of pixels above which the browser scales a picture before it is read: a photo of a phone has twelve million. */
const MAX_PIXELS = 4e6;

/**
 * Decodes a picture the browser can show, turns it upright, fits it into the encoder's square and fills the rest and
 * transparent areas with white. Works on the page and in a worker.
 * @param framing the framing fields of the image preset; letterboxed by default
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`; `encoder/failed` if the browser does not provide a canvas
 */
export async function decodeImage(picture: Blob, framing: Framing): Promise<Pixels> {
  const bitmap = await createImageBitmap(picture).catch(async (cause) => {
    throw new SidestreamError('encoder/bad-image', await undecodable(picture), { cause });
  });
  try {
    const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (bitmap.width * bitmap.height)));
    const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(length * scale)));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context)
      throw new SidestreamError('encoder/failed', 'This browser did not provide a 2D canvas. Close other tabs.');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return framed({ width, height, channels: 4, data: context.getImageData(0, 0, width, height).data }, framing);
  } finally {
    bitmap.close();
  }
}

/** Brands of HEIC and HEIF files, the default of iPhones, which only Safari decodes. */
const HEIC = /^ftyp(heic|heix|hevc|heim|heis|mif1|msf1)/;

/** Advice about a picture that the browser cannot decode. */
async function undecodable(picture: Blob): Promise<string> {
  const start = await picture.slice(4, 12).text();
  if (HEIC.test(start))
    return 'This browser cannot decode HEIC pictures. Save the photo as JPEG, or take it with the camera button.';
  return 'The picture cannot be decoded: it is broken, too large, or of another kind. Use a PNG, JPEG, WebP or AVIF file.';
}
