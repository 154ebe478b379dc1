export {
  type Attribute,
  DataType,
  dimsOf,
  floatsOf,
  int8Blocks,
  type Onnx,
  operator,
} from './onnx';
export { type GraphInput, type GraphNode, MICROSOFT, OnnxModel, type ReadExternal, unsupported } from './onnx-model';
