export { createNodeEncoder, decodeImage, loadOnnxruntime, nodeRuntime } from './node-encoder';
