import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';

// Sets only the wasm file's address: if its loader's address were set too, bundlers would leave the loader out.
ort.env.wasm.wasmPaths = { wasm };
// Each worker encodes on one core.
ort.env.wasm.numThreads = 1;

/**
 * onnxruntime-web for encoders that run on the processor. The build that also has WebGPU can wait for a GPU anywhere in its code,
 * and takes three times as long on the processor. Import this module late: it brings the whole runtime.
 */
export const { InferenceSession, Tensor } = ort;
