export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, decodeImage, loadOnnxruntime, nodeRuntime } from './node-encoder';
