/** The package's worker of encoders, which computes on the backend of this worker's name even where that is software. */
import '../../../src/device/worker/encoder-worker';
import type { Compared } from '../host';

const wanted: Compared = self.name === 'webgpu' ? 'webgpu' : 'wasm';
const { gpu } = navigator;
/** An adapter that does not say what it is. */
const UNNAMED = { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false };

if (wanted === 'wasm') Object.defineProperty(navigator, 'gpu', { value: undefined });
else if (gpu) {
  const request = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const adapter = await request(options);
    // The package avoids software adapters, which say here what they are.
    if (adapter) Object.defineProperty(adapter, 'info', { value: UNNAMED });
    return adapter;
  };
}
