import type { OnnxGraph } from './onnx-graph';

/** Weights that share one scale. */
const BLOCK = 64;

/**
 * Stores a weight matrix as int8 in blocks of 64 down each column, and adds the operators that give float32 back:
 * Cast, Mul by the block's scale, Reshape. Runtimes fold them when they load the file, so it is small on disk and exact
 * float32 at run time.
 * @param values [rows, columns], row-major; rows a multiple of 64
 * @returns the name of the float32 matrix
 */
export function int8Matrix(
  graph: OnnxGraph,
  name: string,
  values: Float32Array,
  rows: number,
  columns: number,
): string {
  const blocks = rows / BLOCK;
  const quantized = new Int8Array(values.length);
  const scales = new Float32Array(blocks * columns);
  for (let b = 0; b < blocks; b++) {
    for (let c = 0; c < columns; c++) {
      let max = 0;
      for (let r = b * BLOCK; r < (b + 1) * BLOCK; r++) max = Math.max(max, Math.abs(values[r * columns + c]));
      const scale = Math.fround(max / 127);
      scales[b * columns + c] = scale;
      if (scale === 0) continue;
      for (let r = b * BLOCK; r < (b + 1) * BLOCK; r++) {
        quantized[r * columns + c] = Math.max(-127, Math.min(127, Math.round(values[r * columns + c] / scale)));
      }
    }
  }
  return dequantize(graph, name, quantized, scales, [blocks, BLOCK, columns], [blocks, 1, columns], [rows, columns]);
}

/**
 * The same for a lookup table: blocks of 64 along each row.
 * @param values [rows, columns], row-major; columns a multiple of 64
 */
export function int8Rows(graph: OnnxGraph, name: string, values: Float32Array, rows: number, columns: number): string {
  const blocks = values.length / BLOCK;
  const quantized = new Int8Array(values.length);
  const scales = new Float32Array(blocks);
  for (let b = 0; b < blocks; b++) {
    const block = values.subarray(b * BLOCK, (b + 1) * BLOCK);
    const scale = Math.fround(block.reduce((max, x) => Math.max(max, Math.abs(x)), 0) / 127);
    scales[b] = scale;
    if (scale === 0) continue;
    block.forEach((x, i) => {
      quantized[b * BLOCK + i] = Math.max(-127, Math.min(127, Math.round(x / scale)));
    });
  }
  return dequantize(graph, name, quantized, scales, [blocks, BLOCK], [blocks, 1], [rows, columns]);
}

function dequantize(
  graph: OnnxGraph,
  name: string,
  quantized: Int8Array,
  scales: Float32Array,
  blockDims: number[],
  scaleDims: number[],
  dims: number[],
): string {
  const bytes = graph.tensor(`${name}/int8`, 'int8', blockDims, quantized);
  const cast = graph.node('Cast', `${name}/cast`, [bytes], { to: 1 });
  const scaled = graph.node('Mul', `${name}/scaled`, [cast, graph.float(`${name}/scale`, scaleDims, scales)]);
  return graph.node('Reshape', name, [scaled, graph.int64(`${name}/dims`, dims)]);
}
