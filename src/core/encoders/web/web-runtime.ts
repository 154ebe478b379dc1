import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';

// Sets only the wasm file's address: if its loader's address were set too, bundlers would leave the loader out.
ort.env.wasm.wasmPaths = { wasm };
// Threads need SharedArrayBuffer, which a shop's page has only when it is cross-origin isolated.
if (!globalThis.crossOriginIsolated) ort.env.wasm.numThreads = 1;

/** Makes tensors and sessions in the browser. Import this module late: it brings the whole runtime. */
export const { InferenceSession, Tensor } = ort;
