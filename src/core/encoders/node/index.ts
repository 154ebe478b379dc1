export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, decodeImage, nodeRuntime } from './node-encoder';
