import {
  DataType,
  dimsOf,
  floatsOf,
  type GraphNode,
  int8Blocks,
  MICROSOFT,
  type Onnx,
  type OnnxModel,
  operator,
} from '../onnx';

/** Bits of a stored weight. */
export type Bits = 8 | 4;

/** Smaller tensors (biases, norms) stay float32, and so do their products. */
const MIN_QUANTIZED_VALUES = 4096;
/** Number of weights that share one scale, at 8 bits and at 4; 4 bits need more scales. */
const BLOCK = { 8: 64, 4: 32 } as const;

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
    const { bytes, scales } = int8Blocks(values, block);
    const blocks = scales.length;
    nodes.push(...model.int8Blocks(name, [bytes, [blocks, block]], [scales, [blocks, 1]], dims));
  }
  model.prepend(nodes);
}

/** The largest block of at most 64 that divides the tensor. */
function largestBlock(length: number): number {
  let block: number = BLOCK[8];
  while (length % block !== 0) block--;
  return block;
}

/** Number of operators that read each value. */
function readersOf(model: OnnxModel): Map<string, number> {
  const readers = new Map<string, number>();
  for (const name of model.nodes.flatMap(({ reads }) => reads)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

/** The stored matrix of a `MatMul`, unless it is small or another node reads it. */
function storedMatrix(model: OnnxModel, { op, inputs: [, name] }: GraphNode, readers: ReadonlyMap<string, number>) {
  const matrix = op === 'MatMul' ? model.constants.get(name) : undefined;
  const values = matrix && floatsOf(matrix);
  if (!matrix || !values || values.length < MIN_QUANTIZED_VALUES || readers.get(name) !== 1) return null;
  const dims = dimsOf(matrix);
  return dims.length === 2 ? { name, values, rows: dims[0], columns: dims[1] } : null;
}

/** Turns `MatMul` by a stored matrix into `MatMulNBits`. */
function packProducts(model: OnnxModel): void {
  const readers = readersOf(model);
  model.replaceNodes((node) => {
    const matrix = storedMatrix(model, node, readers);
    if (!matrix) return null;
    const { name, values, rows, columns } = matrix;
    const { packed, scales, blocks } = nibbles(values, rows, columns);
    model.constants.delete(name);
    const weights = model.store(`${name}/int4`, [columns, blocks, BLOCK[4] / 2], packed);
    const scale = model.store(`${name}/scale`, [columns, blocks], scales);
    const attributes = { K: rows, N: columns, bits: 4, block_size: BLOCK[4] };
    return [operator(`${MICROSOFT}:MatMulNBits`, node.outputs[0], [node.inputs[0], weights, scale], attributes)];
  });
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

/** Stands for zero in unsigned bytes. */
const ZERO = 128;
const LARGEST = 127;

/** Operators of graphs whose products already run on bytes. */
const INTEGER_OPERATORS = new Set([
  ...['DynamicQuantizeLinear', 'MatMulInteger', 'QLinearMatMul', 'ConvInteger', 'QLinearConv'],
  ...['DynamicQuantizeMatMul', 'MatMulIntegerToFloat', 'QAttention'],
]);

/** Whether products of this model run on bytes. */
export const computesOnBytes = (model: OnnxModel): boolean => model.nodes.some(({ op }) => INTEGER_OPERATORS.has(op));

/**
 * Turns products by a stored matrix into products of bytes (`MatMulInteger`), which take less than half the time on a CPU.
 *
 * Each column of the matrix has a scale, and so has each token's row of the other factor, computed as the model runs.
 * `DynamicQuantizeLinear` would take one scale for the whole batch, so that a text's numbers would depend on the texts beside
 * it. Both factors are unsigned with 128 for zero: on some processors the product of a signed by an unsigned byte overflows.
 */
export function computeOnBytes(model: OnnxModel): void {
  const readers = readersOf(model);
  const rows = new Map<string, ReturnType<typeof quantizedRows>>();
  model.replaceNodes((node) => {
    const matrix = storedMatrix(model, node, readers);
    const [input] = node.inputs;
    if (!matrix || model.constants.has(input)) return null;
    const { name, values, columns: width } = matrix;
    const { bytes, scales } = columnBytes(values, width);
    model.constants.delete(name);
    const weights = model.store(`${name}/bytes`, [matrix.rows, width], bytes);
    const columns = model.store(`${name}/scale`, [width], scales);
    const known = rows.get(input);
    const row = known ?? quantizedRows(model, input);
    rows.set(input, row);
    const output = node.outputs[0];
    return [
      ...(known ? [] : row.nodes),
      operator('MatMulInteger', `${output}/sums`, [row.bytes, weights, zeroPoint(model), zeroPoint(model)]),
      operator('Cast', `${output}/float`, [`${output}/sums`], { to: DataType.FLOAT }),
      operator('Mul', `${output}/by-row`, [`${output}/float`, row.scale]),
      operator('Mul', output, [`${output}/by-row`, columns]),
    ];
  });
}

/** Operators that turn the rows of a value into bytes, each with its own scale. */
function quantizedRows(model: OnnxModel, input: string) {
  const scalar = (name: string, value: number): string => model.store(name, [], Float32Array.of(value));
  const part = (name: string): string => `${input}/${name}`;
  const nodes = [
    operator('Abs', part('size'), [input]),
    model.reduction('ReduceMax', part('largest'), part('size'), [-1], 1, 18),
    // A row of zeros stays zero.
    operator('Max', part('range'), [part('largest'), scalar('bytes/tiny', 1e-20)]),
    operator('Div', part('row-scale'), [part('range'), scalar('bytes/largest', LARGEST)]),
    operator('Div', part('steps'), [input, part('row-scale')]),
    operator('Round', part('rounded'), [part('steps')]),
    operator('Add', part('shifted'), [part('rounded'), scalar('bytes/zero-float', ZERO)]),
    operator('Cast', part('bytes'), [part('shifted')], { to: DataType.UINT8 }),
  ];
  return { nodes, bytes: part('bytes'), scale: part('row-scale') };
}

const zeroPoint = (model: OnnxModel): string => model.store('bytes/zero', [], Uint8Array.of(ZERO));

/** A matrix as bytes around 128 with one scale for each column. */
function columnBytes(values: Float32Array, columns: number): { bytes: Uint8Array; scales: Float32Array } {
  const scales = new Float32Array(columns);
  for (const [i, value] of values.entries()) {
    const column = i % columns;
    scales[column] = Math.max(scales[column], Math.abs(value));
  }
  for (const [column, largest] of scales.entries()) scales[column] = largest / LARGEST;
  const bytes = new Uint8Array(values.length);
  for (const [i, value] of values.entries()) {
    const scale = scales[i % columns];
    bytes[i] = ZERO + (scale === 0 ? 0 : Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / scale))));
  }
  return { bytes, scales };
}
