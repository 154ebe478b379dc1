import type { Onnx } from '../onnx';

/** Files beside the model that hold tensors, by the name the model gives them. */
export type ReadExternal = (location: string) => Promise<Uint8Array>;

/**
 * A tensor that lies in a file of its own, with its bytes.
 * @param read gives that file, by the name the model has for it
 */
export async function externalData(tensor: Onnx.ITensorProto, read: ReadExternal): Promise<Onnx.ITensorProto> {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const file = await read(entries.get('location') ?? '');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.length - offset);
  const { name, dims, dataType } = tensor;
  return { name, dims, dataType, rawData: file.subarray(offset, offset + length) };
}
