import type { Onnx } from '../onnx';
import { MICROSOFT, type OnnxModel } from './onnx-model';
import { dimsOf, floatsOf, operator, tensorOf } from './tensors';

/** Bits of a stored weight. */
export type Bits = 8 | 4;

/** Smaller tensors (biases, norms) stay float32. */
const MIN_QUANTIZED_VALUES = 4096;
/** Number of weights that share one scale, at 8 bits and at 4; 4 bits need more scales. */
const BLOCK = { 8: 64, 4: 32 } as const;
const FLOAT = 1;

/**
 * Stores the weight tables and matrices of a model in blocks that share a scale.
 *
 * 8 bits: int8, followed by Cast, Mul and Reshape, which runtimes fold when they load the file: small on disk, float32 at
 * run time. 4 bits: matrices of a product become `MatMulNBits`, which keeps them packed in memory too; everything else
 * (tables that are looked up, convolutions) stays at 8.
 */
export function storeInBlocks(model: OnnxModel, bits: Bits): void {
  if (bits === 4) packProducts(model);
  const nodes: Onnx.INodeProto[] = [];
  for (const [name, tensor] of [...model.constants]) {
    const dims = dimsOf(tensor);
    const values = dims.length > 1 ? floatsOf(tensor) : null;
    if (!values || values.length < MIN_QUANTIZED_VALUES) continue;
    const block = largestBlock(values.length);
    if (block < 16) continue;
    model.constants.delete(name);
    nodes.push(...int8Blocks(model, name, dims, values, block));
  }
  model.prepend(nodes);
}

function int8Blocks(
  model: OnnxModel,
  name: string,
  dims: number[],
  values: Float32Array,
  block: number,
): Onnx.INodeProto[] {
  const blocks = values.length / block;
  const quantized = new Int8Array(values.length);
  const scales = new Float32Array(blocks);
  for (let b = 0; b < blocks; b++) {
    const [start, end] = [b * block, (b + 1) * block];
    let max = 0;
    for (let i = start; i < end; i++) max = Math.max(max, Math.abs(values[i]));
    const scale = Math.fround(max / 127);
    scales[b] = scale;
    if (scale === 0) continue;
    for (let i = start; i < end; i++) quantized[i] = Math.max(-127, Math.min(127, Math.round(values[i] / scale)));
  }
  const store = (part: string, shape: number[], data: Parameters<typeof tensorOf>[2]): string => {
    const full = `${name}/${part}`;
    model.constants.set(full, tensorOf(full, shape, data));
    return full;
  };
  const bytes = store('int8', [blocks, block], quantized);
  const scale = store('scale', [blocks, 1], scales);
  const shape = store('dims', [dims.length], BigInt64Array.from(dims, BigInt));
  return [
    operator('Cast', `${name}/cast`, [bytes], { to: FLOAT }),
    operator('Mul', `${name}/scaled`, [`${name}/cast`, scale]),
    operator('Reshape', name, [`${name}/scaled`, shape]),
  ];
}

/** The largest block of at most 64 that divides the tensor. */
function largestBlock(length: number): number {
  let block: number = BLOCK[8];
  while (length % block !== 0) block--;
  return block;
}

/** Turns `MatMul` by a stored matrix into `MatMulNBits`, unless another node reads the matrix. */
function packProducts(model: OnnxModel): void {
  const readers = new Map<string, number>();
  for (const name of model.nodes.flatMap(({ reads }) => reads)) readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const node of model.nodes) {
    const matrix = node.op === 'MatMul' ? model.constants.get(node.inputs[1]) : undefined;
    const values = matrix && floatsOf(matrix);
    if (!matrix || !values || values.length < MIN_QUANTIZED_VALUES || readers.get(node.inputs[1]) !== 1) continue;
    const dims = dimsOf(matrix);
    if (dims.length !== 2) continue;
    const [rows, columns] = dims;
    const name = node.inputs[1];
    const { packed, scales, blocks } = nibbles(values, rows, columns);
    model.constants.delete(name);
    model.constants.set(`${name}/int4`, tensorOf(`${name}/int4`, [columns, blocks, BLOCK[4] / 2], packed));
    model.constants.set(`${name}/scale`, tensorOf(`${name}/scale`, [columns, blocks], scales));
    node.op = 'MatMulNBits';
    node.inputs = [node.inputs[0], `${name}/int4`, `${name}/scale`];
    node.reads = node.inputs;
    const attributes = { K: rows, N: columns, bits: 4, block_size: BLOCK[4] };
    node.proto = operator(node.op, node.outputs[0], node.inputs, attributes, MICROSOFT);
  }
}

/** 4-bit values 0..15 around 8, blocks down each column, two to a byte with the first one low, as `MatMulNBits` reads them. */
function nibbles(values: Float32Array, rows: number, columns: number) {
  const block = BLOCK[4];
  const blocks = Math.ceil(rows / block);
  const packed = new Uint8Array((columns * blocks * block) / 2).fill(0x88);
  const scales = new Float32Array(columns * blocks);
  for (let c = 0; c < columns; c++) {
    for (let b = 0; b < blocks; b++) {
      const [start, end] = [b * block, Math.min(rows, (b + 1) * block)];
      // The value furthest from zero maps to the end of the range with one more step.
      let extreme = 0;
      for (let r = start; r < end; r++) {
        const value = values[r * columns + c];
        if (Math.abs(value) > Math.abs(extreme)) extreme = value;
      }
      const scale = Math.fround(extreme / -8);
      scales[c * blocks + b] = scale;
      if (scale === 0) continue;
      for (let r = start; r < end; r++) {
        const q = Math.max(0, Math.min(15, Math.round(values[r * columns + c] / scale) + 8));
        const at = ((c * blocks + b) * block + r - start) >> 1;
        packed[at] = (r - start) % 2 === 0 ? (packed[at] & 0xf0) | q : (packed[at] & 0x0f) | (q << 4);
      }
    }
  }
  return { packed, scales, blocks };
}
