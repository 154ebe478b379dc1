import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { env } from '@tensorflow/tfjs-core';
import { messageOf } from '../../../src/core/common/text';
import { startBackend } from '../../shop/training';
import { useGradients } from '../../shop/training/model';
import { nativeGradients } from './native/native-gradients';

/** Events that Emscripten handles by rethrowing, whereupon Node prints the whole minified script. */
const HOOKS = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Starts what trainings compute with in this process: onnxruntime-node for the gradients if it is installed, which makes epochs four times as
 * fast, and tfjs for everything else.
 * @returns null, or in words why tfjs computes the gradients, too
 * @throws SidestreamError `runtime/unexpected` if tfjs cannot be started
 */
export async function startCompute(): Promise<string | null> {
  await startTfjs();
  try {
    useGradients(await nativeGradients());
    return null;
  } catch (error) {
    return `The epochs take about four times as long without onnxruntime-node. ${messageOf(error)}`;
  }
}

/** Starts tfjs and the kernel in this process. @throws SidestreamError `runtime/unexpected` if they cannot be started */
export async function startTfjs(): Promise<void> {
  // Without this, tfjs advertises its native build on every start in Node.
  env().set('PROD', true);
  const before = HOOKS.map((hook) => process.rawListeners(hook));
  await loadWasm();
  try {
    await startBackend('wasm');
  } finally {
    for (const [index, hook] of HOOKS.entries()) {
      for (const listener of process.rawListeners(hook)) {
        if (!before[index].includes(listener)) process.off(hook, listener as (...args: unknown[]) => void);
      }
    }
  }
}

async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(wasmFolder());
}

/** The published package has the files next to its scripts; the sources use the files of the tfjs package. */
function wasmFolder(): string {
  const packed = fileURLToPath(new URL('./', import.meta.url));
  if (existsSync(join(packed, 'tfjs-backend-wasm-simd.wasm'))) return packed;
  return join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), sep);
}
