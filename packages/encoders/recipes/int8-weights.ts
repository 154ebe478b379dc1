import { quantizeRow } from '../../../src/core/common/bytes';
import type { OnnxModel } from '../onnx';
import { int8Blocks } from '../onnx';

/** Weights that share one scale. */
const BLOCK = 64;

/**
 * Stores a weight matrix as int8 in blocks of 64 down each column.
 * @param values [rows, columns], row-major; rows a multiple of 64
 * @returns the name of the float32 matrix
 */
export function int8Matrix(
  model: OnnxModel,
  name: string,
  values: Float32Array,
  rows: number,
  columns: number,
): string {
  const blocks = rows / BLOCK;
  const quantized = new Int8Array(values.length);
  const scales = new Float32Array(blocks * columns);
  const [part, bytes] = [new Float32Array(BLOCK), new Int8Array(BLOCK)];
  for (let b = 0; b < blocks; b++) {
    for (let c = 0; c < columns; c++) {
      const at = (row: number): number => (b * BLOCK + row) * columns + c;
      for (let row = 0; row < BLOCK; row++) part[row] = values[at(row)];
      scales[b * columns + c] = quantizeRow(part, bytes, 0);
      for (let row = 0; row < BLOCK; row++) quantized[at(row)] = bytes[row];
    }
  }
  const stored: [Int8Array, number[]] = [quantized, [blocks, BLOCK, columns]];
  model.append(model.int8Blocks(name, stored, [scales, [blocks, 1, columns]], [rows, columns]));
  return name;
}

/**
 * The same for a lookup table: blocks of 64 along each row.
 * @param values [rows, columns], row-major; columns a multiple of 64
 */
export function int8Rows(model: OnnxModel, name: string, values: Float32Array, rows: number, columns: number): string {
  const { bytes, scales } = int8Blocks(values, BLOCK);
  const blocks = scales.length;
  model.append(model.int8Blocks(name, [bytes, [blocks, BLOCK]], [scales, [blocks, 1]], [rows, columns]));
  return name;
}
