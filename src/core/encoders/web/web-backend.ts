import type { EncoderBackend } from '../session';

/** The part of `navigator.gpu` that the choice of a backend needs. */
export interface GpuAdapterSource {
  requestAdapter(): Promise<Adapter | null>;
}
/** `info` is missing in older browsers. */
type Adapter = { info?: Pick<GPUAdapterInfo, 'architecture' | 'isFallbackAdapter'> };

/**
 * Backends for this browser: WebGPU on a real GPU, else wasm. A software adapter runs on the CPU, a hundred times slower than
 * wasm.
 */
export async function webBackends(
  gpu: GpuAdapterSource | undefined = globalThis.navigator?.gpu,
): Promise<EncoderBackend[]> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return backendList(adapter && !isSoftware(adapter) ? 'webgpu' : 'wasm');
}

/** Backends in order of preference. WebGPU is listed twice, because a lost device is worth one more try. */
export function backendList(first: 'webgpu' | 'wasm'): EncoderBackend[] {
  return first === 'webgpu' ? ['webgpu', 'webgpu', 'wasm'] : ['wasm'];
}

function isSoftware({ info }: Adapter): boolean {
  return info?.isFallbackAdapter === true || info?.architecture === 'swiftshader';
}
