import { SidestreamError } from '../../../error';
import { quantizeRow } from '../../common/bytes';
import {
  type Attribute,
  DataType,
  declared,
  int8Blocks,
  type Onnx,
  operator,
  type TensorData,
  tensorOf,
} from '../onnx';
import { OnnxModel } from '../onnx-model';

const INPUT_TYPES = { float32: DataType.FLOAT, int32: DataType.INT32, int64: DataType.INT64 } as const;

/** Opset 17 is the first with LayerNormalization; everything newer would only narrow the runtimes that can load the file. */
const OPSET = 17;
const IR_VERSION = 8;

/**
 * Writes an ONNX model node by node. Values are identified by name; the order of calls is the order in the file, so the same
 * calls always give the same bytes.
 */
export class OnnxGraph {
  readonly #nodes: Onnx.INodeProto[] = [];
  readonly #initializers: Onnx.ITensorProto[] = [];
  readonly #inputs: Onnx.IValueInfoProto[] = [];
  readonly #outputs = new Map<string, Onnx.IValueInfoProto>();
  readonly #names = new Set<string>();

  /**
   * @param notice description kept in the file: the source of the weights and their licence
   * @param opset version of the operators
   */
  constructor(
    private readonly name: string,
    private readonly notice: string,
    private readonly opset = OPSET,
  ) {}

  /** Declares a graph input; a dimension given as a string is symbolic. */
  input(name: string, type: keyof typeof INPUT_TYPES, dims: (number | string)[]): string {
    this.#claim(name);
    this.#inputs.push(declared(name, INPUT_TYPES[type], dims));
    return name;
  }

  /** Stores a tensor, little-endian, row-major. */
  tensor(name: string, dims: number[], data: TensorData): string {
    this.#claim(name);
    this.#initializers.push(tensorOf(name, dims, data));
    return name;
  }

  float(name: string, dims: number[], values: ArrayLike<number>): string {
    return this.tensor(name, dims, Float32Array.from(values));
  }

  /** Shape-like constants: reshape targets, axes, slice bounds. */
  int64(name: string, values: number[]): string {
    return this.tensor(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /**
   * Adds an operator with one output, whose name is also the node's. An operator of another domain is written `domain:Op`.
   */
  node(op: string, output: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodeOf(op, [output], inputs, attributes)[0];
  }

  /** Adds an operator with several outputs; one left out is ''. */
  nodeOf(op: string, outputs: string[], inputs: string[], attributes: Record<string, Attribute> = {}): string[] {
    for (const output of outputs) this.#claim(output);
    this.#nodes.push(operator(op, outputs, inputs, attributes));
    return outputs;
  }

  /** Offers a value as a graph output, under its own name. */
  output(name: string, dims: (number | string)[]): void {
    this.#outputs.set(name, declared(name, DataType.FLOAT, dims));
  }

  /**
   * The file's bytes, without the operators and tensors that no chosen output needs.
   * @throws SidestreamError `encoder/unsupported-graph` for an output that was never offered
   */
  encode(chosen: readonly string[]): Uint8Array {
    const output = chosen.map((name) => {
      const info = this.#outputs.get(name);
      if (info) return info;
      const message = `The graph "${this.name}" has no tap "${name}". It has ${[...this.#outputs.keys()].join(', ')}.`;
      throw new SidestreamError('encoder/unsupported-graph', message);
    });
    const opsetImport = [{ domain: '', version: this.opset }];
    const graph = { name: this.name, node: this.#nodes, initializer: this.#initializers, input: this.#inputs };
    return new OnnxModel({ irVersion: IR_VERSION, opsetImport, graph }).encode(output, this.#inputs, this.notice);
  }

  #claim(name: string): void {
    if (name !== '' && this.#names.has(name)) throw new Error(`The graph already has a value named "${name}".`);
    this.#names.add(name);
  }
}

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
  const [part, bytes] = [new Float32Array(BLOCK), new Int8Array(BLOCK)];
  for (let b = 0; b < blocks; b++) {
    for (let c = 0; c < columns; c++) {
      const at = (row: number): number => (b * BLOCK + row) * columns + c;
      for (let row = 0; row < BLOCK; row++) part[row] = values[at(row)];
      scales[b * columns + c] = quantizeRow(part, bytes, 0);
      for (let row = 0; row < BLOCK; row++) quantized[at(row)] = bytes[row];
    }
  }
  return dequantize(graph, name, quantized, scales, [blocks, BLOCK, columns], [blocks, 1, columns], [rows, columns]);
}

/**
 * The same for a lookup table: blocks of 64 along each row.
 * @param values [rows, columns], row-major; columns a multiple of 64
 */
export function int8Rows(graph: OnnxGraph, name: string, values: Float32Array, rows: number, columns: number): string {
  const { bytes, scales } = int8Blocks(values, BLOCK);
  const blocks = scales.length;
  return dequantize(graph, name, bytes, scales, [blocks, BLOCK], [blocks, 1], [rows, columns]);
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
  const bytes = graph.tensor(`${name}/int8`, blockDims, quantized);
  const cast = graph.node('Cast', `${name}/cast`, [bytes], { to: DataType.FLOAT });
  const scaled = graph.node('Mul', `${name}/scaled`, [cast, graph.float(`${name}/scale`, scaleDims, scales)]);
  return graph.node('Reshape', name, [scaled, graph.int64(`${name}/dims`, dims)]);
}
