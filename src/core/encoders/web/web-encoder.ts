import { SidestreamError } from '../../../error';
import { alone, equalLengths, imageEncoder, similarLengths, textEncoder } from '../onnx-encoder';
import type { ImagePreset, Preset, TextPreset } from '../preset';
import { type EncoderBackend, EncoderSession, type ImageEncoder, type OpenSession, type TextEncoder } from '../session';
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
export function createWebEncoder(
  preset: TextPreset,
  files: WebEncoderFiles,
  options?: WebEncoderOptions,
): Promise<TextEncoder>;
export function createWebEncoder(
  preset: ImagePreset,
  files: WebEncoderFiles,
  options?: WebEncoderOptions,
): Promise<ImageEncoder>;
export async function createWebEncoder(
  preset: Preset,
  files: WebEncoderFiles,
  options: WebEncoderOptions = {},
): Promise<TextEncoder | ImageEncoder> {
  return createEncoderOn(async () => await import('./web-runtime'), preset, files, options);
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

/** The part of `navigator.gpu` that the choice of a backend needs. */
export interface GpuAdapterSource {
  requestAdapter(): Promise<GpuAdapterKind | null>;
}

/** What tells whether an adapter is hardware. */
export interface GpuAdapterKind {
  /** Missing in older browsers. */
  info?: Pick<GPUAdapterInfo, 'architecture' | 'isFallbackAdapter'>;
}

const computesOnBytes = ({ adapted }: Preset): boolean => adapted?.compute === 'int8';

/** Backends for an encoder. WebGPU has no products of bytes: each would travel to the processor and back. */
export async function backendsOf(
  preset: Preset,
  asked?: 'webgpu' | 'wasm',
  gpu?: GpuAdapterSource,
): Promise<EncoderBackend[]> {
  if (asked) return backendList(asked);
  return computesOnBytes(preset) ? backendList('wasm') : webBackends(gpu);
}

/**
 * Backends for this browser: WebGPU on a real GPU, else wasm. A software adapter runs on the CPU, a hundred times slower than
 * wasm.
 */
export async function webBackends(
  gpu: GpuAdapterSource | undefined = globalThis.navigator?.gpu,
): Promise<EncoderBackend[]> {
  return backendList((await missingGpu(gpu)) === null ? 'webgpu' : 'wasm');
}

/** Why encoders do not compute on a GPU here, as a part of a sentence; null if they do. */
export async function missingGpu(
  gpu: GpuAdapterSource | undefined = globalThis.navigator?.gpu,
): Promise<string | null> {
  if (!gpu) return 'no WebGPU in this browser';
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return 'no WebGPU adapter';
  return isSoftware(adapter) ? 'the WebGPU adapter is software' : null;
}

/** Backends in order of preference. WebGPU is listed twice, because a lost device is worth one more try. */
function backendList(first: 'webgpu' | 'wasm'): EncoderBackend[] {
  return first === 'webgpu' ? ['webgpu', 'webgpu', 'wasm'] : ['wasm'];
}

function isSoftware({ info }: GpuAdapterKind): boolean {
  return info?.isFallbackAdapter === true || info?.architecture === 'swiftshader';
}
