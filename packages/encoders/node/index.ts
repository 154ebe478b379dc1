export { createTokenizer } from '../../../src/core/encoders/tokenizer';
export { type Attribute, DataType } from '../onnx/onnx';
export { OnnxModel } from '../onnx/onnx-model';
export { createNodeEncoder, decodeImage, loadOnnxruntime, nodeRuntime } from './node-encoder';
