export { type Attribute, DataType, dimsOf, floatsOf, type Onnx, operator } from './onnx';
export { type GraphInput, type GraphNode, OnnxModel, type ReadExternal, unsupported } from './onnx-model';
