/** The parts of `navigator.gpu` that the choice needs; `info` is missing in older browsers. */
export interface AdapterSource {
  requestAdapter(): Promise<{ info?: Pick<GPUAdapterInfo, 'architecture' | 'isFallbackAdapter'> } | null>;
}

/**
 * Whether WebGPU has a hardware adapter here. tfjs crashes without an adapter, and software ones are slower than wasm, so
 * it is asked for before tfjs is.
 */
export async function hasHardwareAdapter(gpu: AdapterSource | undefined = globalThis.navigator?.gpu): Promise<boolean> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return !!adapter && !adapter.info?.isFallbackAdapter && adapter.info?.architecture !== 'swiftshader';
}
