import { DataType, dimsOf, floatsOf, type Onnx, type OnnxModel, operator } from '../onnx';

/** Smaller tensors (biases, norms) stay float32, and so do their products. */
const MIN_QUANTIZED_VALUES = 4096;
/** Maximum number of weights that share one scale. */
const BLOCK = 64;

/**
 * Stores the weight tables and matrices of a model as int8 in blocks that share a scale, followed by Cast, Mul and Reshape, which runtimes
 * fold when they load the file: small on disk, float32 at run time.
 */
export function storeInBlocks(model: OnnxModel): void {
  const nodes: Onnx.INodeProto[] = [];
  for (const [name, tensor] of [...model.constants]) {
    const dims = dimsOf(tensor);
    const values = dims.length > 1 ? floatsOf(tensor) : null;
    if (!values || values.length < MIN_QUANTIZED_VALUES) continue;
    const block = largestBlock(values.length);
    if (block < 16) continue;
    model.constants.delete(name);
    nodes.push(...model.int8Rows(name, values, block, dims));
  }
  model.prepend(nodes);
}

/** The largest block of at most 64 that divides the tensor. */
function largestBlock(length: number): number {
  let block = BLOCK;
  while (length % block !== 0) block--;
  return block;
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
  const reads = model.nodes.flatMap((node) => node.reads);
  const rows = new Map<string, ReturnType<typeof quantizedRows>>();
  model.replaceNodes(({ op, inputs: [input, name], outputs: [output] }) => {
    const matrix = op === 'MatMul' ? model.constants.get(name) : undefined;
    const values = matrix && floatsOf(matrix);
    // Small matrices, and those that another operator reads, stay.
    if (!values || values.length < MIN_QUANTIZED_VALUES || reads.filter((read) => read === name).length > 1)
      return null;
    const dims = dimsOf(matrix);
    if (dims.length !== 2 || model.constants.has(input)) return null;
    const { bytes, scales } = columnBytes(values, dims[1]);
    model.constants.delete(name);
    const weights = model.store(`${name}/bytes`, dims, bytes);
    const columns = model.store(`${name}/scale`, [dims[1]], scales);
    const known = rows.get(input);
    const row = known ?? quantizedRows(model, input);
    rows.set(input, row);
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
