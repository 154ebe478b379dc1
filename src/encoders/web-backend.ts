import type { Backend } from './session';

/**
 * Where to run in this browser: WebGPU on a real GPU, else wasm. A software adapter computes the same on the CPU, a
 * hundred times slower than wasm does. WebGPU is named twice because a lost device is worth one more try.
 */
export async function webBackends(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<Backend[]> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter && !isSoftware(adapter) ? backendList('webgpu') : backendList('wasm');
}

/** Where to run when `first` is wanted, with what to fall back on. */
export function backendList(first: 'webgpu' | 'wasm'): Backend[] {
  return first === 'webgpu' ? ['webgpu', 'webgpu', 'wasm'] : ['wasm'];
}

function isSoftware({ info }: GPUAdapter): boolean {
  return info.isFallbackAdapter || info.architecture === 'swiftshader';
}
