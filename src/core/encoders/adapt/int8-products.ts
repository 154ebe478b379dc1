import type { Onnx } from '../onnx';
import type { OnnxModel } from './onnx-model';
import { reduction } from './pooling';
import { dimsOf, floatsOf, operator, tensorOf } from './tensors';

/** Smaller matrices are not worth the quantisation of their input. */
const MIN_QUANTIZED_VALUES = 4096;
const [FLOAT, UINT8] = [1, 2];
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
  const readers = new Map<string, number>();
  for (const name of model.nodes.flatMap(({ reads }) => reads)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const rows = new Map<string, QuantizedRows>();
  model.replaceNodes((node) => {
    const [input, name] = node.inputs;
    const matrix = node.op === 'MatMul' ? model.constants.get(name) : undefined;
    const values = matrix && floatsOf(matrix);
    if (!matrix || !values || values.length < MIN_QUANTIZED_VALUES || readers.get(name) !== 1) return null;
    const dims = dimsOf(matrix);
    if (dims.length !== 2 || model.constants.has(input)) return null;
    const { bytes, scales } = columnBytes(values, dims[1]);
    model.constants.delete(name);
    const store = (part: string, shape: number[], data: Parameters<typeof tensorOf>[2]): string => {
      const full = `${name}/${part}`;
      model.constants.set(full, tensorOf(full, shape, data));
      return full;
    };
    const weights = store('bytes', dims, bytes);
    const columns = store('scale', [dims[1]], scales);
    const known = rows.get(input);
    const row = known ?? quantizedRows(model, input);
    rows.set(input, row);
    const output = node.outputs[0];
    return [
      ...(known ? [] : row.nodes),
      operator('MatMulInteger', `${output}/sums`, [row.bytes, weights, zeroPoint(model), zeroPoint(model)]),
      operator('Cast', `${output}/float`, [`${output}/sums`], { to: FLOAT }),
      operator('Mul', `${output}/by-row`, [`${output}/float`, row.scale]),
      operator('Mul', output, [`${output}/by-row`, columns]),
    ];
  });
}

interface QuantizedRows {
  nodes: Onnx.INodeProto[];
  bytes: string;
  scale: string;
}

/** Operators that turn the rows of a value into bytes, each with its own scale. */
function quantizedRows(model: OnnxModel, input: string): QuantizedRows {
  const scalar = (name: string, value: number): string => {
    model.constants.set(name, tensorOf(name, [], Float32Array.of(value)));
    return name;
  };
  const part = (name: string): string => `${input}/${name}`;
  const nodes = [
    operator('Abs', part('size'), [input]),
    ...reduction(model, 'ReduceMax', part('largest'), part('size'), [-1], 1, 18),
    // A row of zeros stays zero.
    operator('Max', part('range'), [part('largest'), scalar('bytes/tiny', 1e-20)]),
    operator('Div', part('row-scale'), [part('range'), scalar('bytes/largest', LARGEST)]),
    operator('Div', part('steps'), [input, part('row-scale')]),
    operator('Round', part('rounded'), [part('steps')]),
    operator('Add', part('shifted'), [part('rounded'), scalar('bytes/zero-float', ZERO)]),
    operator('Cast', part('bytes'), [part('shifted')], { to: UINT8 }),
  ];
  return { nodes, bytes: part('bytes'), scale: part('row-scale') };
}

function zeroPoint(model: OnnxModel): string {
  const name = 'bytes/zero';
  model.constants.set(name, tensorOf(name, [], Uint8Array.of(ZERO)));
  return name;
}

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
