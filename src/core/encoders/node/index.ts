export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, decodeImage, type NodeEncoderFiles, nodeRuntime } from './node-encoder';
