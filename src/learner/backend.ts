import { backend as currentBackend, env, getBackend, memory, setBackend } from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';

/** Compute backends of the model, fastest first for large models. */
export type Backend = 'webgpu' | 'wasm' | 'cpu';

/** The GPU of this thread is gone: driver update, sleep, too much memory. tfjs does not look for another one. */
let gpuLost = false;

/** Whether the backend that is set can compute no more; another one is to be chosen, and what was on it is gone. */
export const isBackendLost = (): boolean => gpuLost && getBackend() === 'webgpu';

/** Tensors of this thread, and the bytes in them. */
export function tensorsInUse(): { tensors: number; bytes: number } {
  const { numTensors, numBytes } = memory();
  return { tensors: numTensors, bytes: numBytes };
}

/**
 * Sets the tfjs backend of this thread and downloads no other: WebGPU on a hardware adapter, else wasm, else cpu.
 * Runs in a browser (window or worker).
 * A GPU that was lost once is not taken again.
 * @param wanted takes this one without probing; where it is set already (Node sets its own) nothing is loaded
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
      // The next one does the same, slower; the reason is kept for whoever looks into the console.
      console.warn(SidestreamError.from(thrown).message);
    }
  }
  await start('cpu');
  return 'cpu';
}

/** The parts of `navigator.gpu` that the choice needs; `info` is missing in older browsers. */
export interface AdapterSource {
  requestAdapter(): Promise<{ info?: Pick<GPUAdapterInfo, 'architecture' | 'isFallbackAdapter'> } | null>;
}

/**
 * Backends worth trying in this browser, best first. Asks for the adapter itself, because tfjs crashes when there is
 * none, and leaves software adapters aside: they are slower than wasm.
 */
export async function candidateBackends(
  gpu: AdapterSource | undefined = globalThis.navigator?.gpu,
): Promise<Backend[]> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  const hardware = adapter && !adapter.info?.isFallbackAdapter && adapter.info?.architecture !== 'swiftshader';
  return hardware ? ['webgpu', 'wasm', 'cpu'] : ['wasm', 'cpu'];
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
    // Never asked for, but the map has to name it.
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
