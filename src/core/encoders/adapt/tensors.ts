import { type Onnx, onnx } from '../onnx';

const { DataType } = onnx.TensorProto;

export const dimsOf = (tensor: Onnx.ITensorProto): number[] => (tensor.dims ?? []).map(Number);

/** Values of a stored float32 tensor; null for every other type. */
export function floatsOf(tensor: Onnx.ITensorProto): Float32Array | null {
  if (tensor.dataType !== DataType.FLOAT) return null;
  const { rawData, floatData } = tensor;
  if (!rawData?.length) return Float32Array.from(floatData ?? []);
  // A copy, because the bytes inside the file need not start at a multiple of four.
  return new Float32Array(new Uint8Array(rawData).buffer);
}

/** A tensor to store; the type follows from the array. */
export function tensorOf(
  name: string,
  dims: number[],
  data: Float32Array | Int8Array | Uint8Array | BigInt64Array,
): Onnx.ITensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, dataType: typeOf(data), rawData };
}

function typeOf(data: ArrayBufferView): number {
  if (data instanceof Float32Array) return DataType.FLOAT;
  if (data instanceof Int8Array) return DataType.INT8;
  return data instanceof Uint8Array ? DataType.UINT8 : DataType.INT64;
}

/** An operator with one output, after which the node is named. Whole numbers are written as INT. */
export function operator(
  opType: string,
  output: string,
  input: string[],
  attributes: Record<string, number | number[]> = {},
  domain?: string,
): Onnx.INodeProto {
  const { AttributeType } = onnx.AttributeProto;
  const attribute = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value)
      ? { name, type: AttributeType.INTS, ints: value }
      : { name, type: AttributeType.INT, i: value },
  );
  return { opType, name: output, input, output: [output], attribute, ...(domain ? { domain } : {}) };
}

/** Declares an input or an output; a dimension given as a string is symbolic. */
export function declared(name: string, elemType: number, dims: (number | string)[]): Onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
