import * as onnxProto from 'onnx-proto';

// The package is CommonJS: Node hands its exports over as the default export, bundlers by name.
/** Messages of the ONNX file format. */
export const { onnx } = 'default' in onnxProto ? (onnxProto.default as typeof onnxProto) : onnxProto;
export type { onnx as Onnx } from 'onnx-proto';
