export { type Attribute, DataType } from '../onnx';
export { OnnxModel } from '../onnx-model';
export { createTokenizer } from '../tokenizer';
export { createNodeEncoder, decodeImage, loadOnnxruntime, nodeRuntime } from './node-encoder';
