import { fileURLToPath, pathToFileURL } from 'node:url';
import { readEncoder } from '../../packages/encoders/hub/encoder-files';
import { createTokenizer, DEFAULT_PRESETS, type Preset } from '../../src/core/encoders';
import { imageEncoder, similarLengths, textEncoder } from '../../src/core/encoders/onnx-encoder';
import { EncoderSession } from '../../src/core/encoders/session';
import { ownPackage } from '../own-package';
import { measure } from './encoders';
import { adapterHere, collect, isSoftware, type Run } from './findings';
import { type Compared, type Host, type Say, SIZES } from './host';
import type { Wanted } from './in-browser';

const dawn = ownPackage(fileURLToPath(new URL('dawn/', import.meta.url)), 'Dawn for Node');

/**
 * Measures in this process; Dawn for Node names the adapter. onnxruntime-node has its own Dawn for its WebGPU provider, and
 * does not report its adapter; the encoders' reference is the wasm build of onnxruntime-web, on one thread.
 * The process ends only by `process.exit`, because Dawn keeps it alive.
 * @returns null without an adapter
 */
export async function measureInDawn({ parts, sizes }: Wanted, say: Say): Promise<Run | null> {
  dawn.install(say);
  const { create, globals } = await import(pathToFileURL(dawn.file('webgpu', 'index.js')).href);
  Object.assign(globalThis, globals);
  // The code below looks for the adapter here; Node itself has no `gpu`.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  const adapter = await adapterHere();
  if (!adapter) return null;
  say(`adapter: ${JSON.stringify(adapter)}`);
  const chosen = sizes ?? (isSoftware(adapter) ? 'tiny' : 'full');
  const host = await nodeHost();
  const about = {
    host: `Dawn for Node (webgpu ${dawn.version('webgpu')}), Node ${process.versions.node}`,
    adapter,
    sizes: chosen,
    started: process.env.VK_DRIVER_FILES ?? 'VK_DRIVER_FILES not set',
  };
  const run = await collect(about, parts, (part) => measure(part, host, SIZES[chosen], say));
  run.notes.push('The encoders run on the WebGPU provider of onnxruntime-node, which chooses its adapter itself.');
  return run;
}

async function nodeHost(): Promise<Host> {
  const { text, image } = DEFAULT_PRESETS;
  const files = { text: await readEncoder(text), image: await readEncoder(image) };
  const native = await import('onnxruntime-node');
  const web = await import('onnxruntime-web');
  web.env.wasm.numThreads = 1;
  const runtimes = { webgpu: native, wasm: web };
  const session = (preset: Preset, onnx: Uint8Array, backend: Compared): Promise<EncoderSession> => {
    const open = () =>
      runtimes[backend].InferenceSession.create(onnx, { executionProviders: [backend], logSeverityLevel: 3 });
    return EncoderSession.create(preset, open, [backend]);
  };
  return {
    async openText(backend) {
      const { Tensor } = runtimes[backend];
      const tokenizer = createTokenizer(files.text.tokenizer ?? '', text);
      const opened = await session(text, files.text.onnx, backend);
      return textEncoder(text, tokenizer, opened, (data, dims) => new Tensor('int32', data, dims), similarLengths);
    },
    async openImage(backend) {
      const { Tensor } = runtimes[backend];
      const opened = await session(image, files.image.onnx, backend);
      return imageEncoder(image, opened, (data, dims) => new Tensor('float32', data, dims));
    },
  };
}
