export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, type NodeEncoderFiles } from './node-encoder';
export { decodeImage } from './node-image';
export { nodeRuntime } from './node-packages';
