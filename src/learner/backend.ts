import { backend as currentBackend, env, getBackend, memory, setBackend } from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';
import { type AdapterSource, hasHardwareAdapter } from './adapter';

/** Compute backends of the model, fastest first for large models. */
export type Backend = 'webgpu' | 'wasm' | 'cpu';

/** This thread lost its GPU: driver update, sleep, too much memory. tfjs does not look for another one. */
let gpuLost = false;

/** Whether the backend in use can no longer compute; choose another one, the tensors on it are lost. */
export const isBackendLost = (): boolean => gpuLost && getBackend() === 'webgpu';

/** The backend that computes in this thread; null before one is set. */
export const backendInUse = (): Backend | null => (getBackend() || null) as Backend | null;

/** Tensors of this thread, and their size in bytes. */
export function tensorsInUse(): { tensors: number; bytes: number } {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, bytes: numBytes };
}

/**
 * Sets the tfjs backend of this thread and downloads no other: WebGPU on a hardware adapter, else wasm, else cpu. Runs in
 * a browser (window or worker). A GPU that was lost once is not used again.
 * @param wanted sets this one without probing; nothing is loaded where it is set already, as in Node
 * @returns the backend that is set
 * @throws SidestreamError `runtime/unexpected` when `wanted`, or cpu as the last resort, cannot be started
 */
export async function chooseBackend(wanted?: Backend): Promise<Backend> {
  if (wanted && !(wanted === 'webgpu' && gpuLost)) {
    if (getBackend() !== wanted) await start(wanted);
    return wanted;
  }
  const candidates = (await candidateBackends()).filter((backend) => backend !== 'webgpu' || !gpuLost);
  for (const backend of candidates.slice(0, -1)) {
    try {
      await start(backend);
      return backend;
    } catch (thrown) {
      // The next one does the same, only slower; the console shows why.
      console.warn(SidestreamError.from(thrown).message);
    }
  }
  await start('cpu');
  return 'cpu';
}

/** Backends to try in this browser, best first: WebGPU on a hardware adapter, because software ones are slower than wasm. */
export async function candidateBackends(gpu?: AdapterSource): Promise<Backend[]> {
  return (await hasHardwareAdapter(gpu)) ? ['webgpu', 'wasm', 'cpu'] : ['wasm', 'cpu'];
}

const START: Record<Backend, () => Promise<unknown>> = {
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  wasm: startWasm,
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

async function startWasm(): Promise<void> {
  const [{ setWasmPaths }, simd, plain] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
  ]);
  // Threads need cross-origin isolation, which a shop's pages rarely have; one build less to ship and to test.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm-simd.wasm': simd.default,
    'tfjs-backend-wasm.wasm': plain.default,
    // Never requested, but tfjs requires the entry.
    'tfjs-backend-wasm-threaded-simd.wasm': simd.default,
  });
}

async function start(backend: Backend): Promise<void> {
  const refused = `The ${backend} backend could not be started; choose another one.`;
  let set: boolean;
  try {
    await START[backend]();
    set = await setBackend(backend);
  } catch (thrown) {
    throw SidestreamError.from(thrown, 'runtime/unexpected', refused);
  }
  if (!set) throw new SidestreamError('runtime/unexpected', refused);
  if (backend === 'webgpu') watchGpu();
}

function watchGpu(): void {
  const { device } = currentBackend() as { device?: GPUDevice };
  device?.lost.then(() => {
    gpuLost = true;
  });
}
