export { type Attribute, DataType, declared, type Onnx, onnx, operator, tensorOf } from '../onnx';
export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, decodeImage, loadOnnxruntime, nodeRuntime } from './node-encoder';
