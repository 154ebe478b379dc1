import wasmFile from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { env } from '@tensorflow/tfjs-core';
import { startBackend } from '../../../packages/shop/training';
import { missingGpu } from '../../../src/core/encoders/web';
import { SidestreamError } from '../../../src/error';

/** Where the side model is trained. */
export type LearnBackend = 'webgpu' | 'wasm';

/**
 * Starts the compute backend of tfjs and the kernel in this worker: WebGPU on a real GPU, else WebAssembly.
 * @param wanted the backend, if it is known: after a lost GPU, WebAssembly continues
 * @throws SidestreamError `runtime/unexpected` if none can be started
 */
export async function startCompute(wanted?: LearnBackend): Promise<LearnBackend> {
  env().set('PROD', true);
  if (wanted !== 'wasm' && (await missingGpu()) === null) {
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
      await startBackend('webgpu');
      return 'webgpu';
    } catch (thrown) {
      // biome-ignore lint/suspicious/noConsole: why WebAssembly runs is for developers who look for it
      console.debug('Sidestream: the side model is trained without WebGPU.', thrown);
    }
  }
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (!(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    const message =
      'This browser lacks the vector instructions of WebAssembly, which the training needs. Use a newer browser.';
    throw new SidestreamError('runtime/unexpected', message);
  }
  // The threads of tfjs need further files and a page isolated from other origins.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  // Each must have an address, and only the first is read.
  setWasmPaths({
    'tfjs-backend-wasm-simd.wasm': wasmFile,
    'tfjs-backend-wasm.wasm': wasmFile,
    'tfjs-backend-wasm-threaded-simd.wasm': wasmFile,
  });
  await startBackend('wasm');
  return 'wasm';
}

/** Rejects when the GPU of tfjs is lost; never settles before. */
export async function gpuLost(): Promise<never> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { backend } = await import('@tensorflow/tfjs-core');
  const used = backend();
  const { message } = used instanceof WebGPUBackend ? await used.device.lost : await new Promise<never>(() => {});
  throw new Error(`The GPU was lost: ${message}`);
}
