import type { EncoderBackend } from '../session';

/** The parts of `navigator.gpu` and its adapters that the choice needs. */
export interface GpuAdapterSource {
  requestAdapter(): Promise<Adapter | null>;
}
/** `info` is missing in older browsers. */
type Adapter = { info?: Pick<GPUAdapterInfo, 'architecture' | 'isFallbackAdapter'> };

/**
 * Where to run in this browser: WebGPU on a real GPU, else wasm. A software adapter computes the same on the CPU, a
 * hundred times slower than wasm does.
 */
export async function webBackends(
  gpu: GpuAdapterSource | undefined = globalThis.navigator?.gpu,
): Promise<EncoderBackend[]> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return backendList(adapter && !isSoftware(adapter) ? 'webgpu' : 'wasm');
}

/** Where to run when `first` is wanted. WebGPU is named twice because a lost device is worth one more try. */
export function backendList(first: 'webgpu' | 'wasm'): EncoderBackend[] {
  return first === 'webgpu' ? ['webgpu', 'webgpu', 'wasm'] : ['wasm'];
}

function isSoftware({ info }: Adapter): boolean {
  return info?.isFallbackAdapter === true || info?.architecture === 'swiftshader';
}
