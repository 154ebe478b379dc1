import type { onnx as Onnx } from 'onnx-proto';
import * as onnxProto from 'onnx-proto';

// The package is CommonJS: Node hands its exports over as the default export, bundlers by name.
/** Messages of the ONNX file format. */
export const { onnx } = 'default' in onnxProto ? (onnxProto.default as typeof onnxProto) : onnxProto;
export type { Onnx };

export const { DataType } = onnx.TensorProto;

export const dimsOf = (tensor: Onnx.ITensorProto): number[] => (tensor.dims ?? []).map(Number);

/** Values of a stored float32 tensor; null for every other type. */
export function floatsOf(tensor: Onnx.ITensorProto): Float32Array | null {
  if (tensor.dataType !== DataType.FLOAT) return null;
  const { rawData, floatData } = tensor;
  if (!rawData?.length) return Float32Array.from(floatData ?? []);
  // A copy, because the bytes inside the file need not start at a multiple of four.
  return new Float32Array(new Uint8Array(rawData).buffer);
}

export type TensorData = Float32Array | Int8Array | Uint8Array | BigInt64Array;

/** A tensor to store, little-endian and row-major; the type follows from the array. */
export function tensorOf(name: string, dims: number[], data: TensorData): Onnx.ITensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, dataType: typeOf(data), rawData };
}

function typeOf(data: TensorData): number {
  if (data instanceof Float32Array) return DataType.FLOAT;
  if (data instanceof Int8Array) return DataType.INT8;
  return data instanceof Uint8Array ? DataType.UINT8 : DataType.INT64;
}

/** Attribute of an operator; a whole number is written as INT, a fraction must be given as `{ float }`. */
export type Attribute = number | number[] | string | { float: number };

/**
 * An operator, named after its first output; an output left out is ''. An operator of another domain is written `domain:Op`.
 */
export function operator(
  op: string,
  outputs: string | string[],
  input: string[],
  attributes: Record<string, Attribute> = {},
): Onnx.INodeProto {
  const [opType, domain] = op.split(':').reverse();
  const output = [outputs].flat();
  const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
  return { opType, name: output[0], input, output, attribute, ...(domain ? { domain } : {}) };
}

function attributeProto(name: string, value: Attribute): Onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value };
  return { name, type: AttributeType.FLOAT, f: value.float };
}

/** Declares an input or an output; a dimension given as a string is symbolic. */
export function declared(name: string, elemType: number, dims?: (number | string)[]): Onnx.IValueInfoProto {
  const dim = dims?.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}
