import { SidestreamError } from '../../../error';
import { type Onnx, onnx } from '../onnx';

const TYPES = {
  float32: onnx.TensorProto.DataType.FLOAT,
  int8: onnx.TensorProto.DataType.INT8,
  uint8: onnx.TensorProto.DataType.UINT8,
  int32: onnx.TensorProto.DataType.INT32,
  int64: onnx.TensorProto.DataType.INT64,
} as const;

export type ElementType = keyof typeof TYPES;

/** Attribute of an operator; a whole number is written as INT, a fraction must be given as `{ float }`. */
export type Attribute = number | number[] | string | { float: number };

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
  readonly #name: string;
  readonly #notice: string;
  readonly #opset: number;

  /**
   * @param notice description kept in the file: the source of the weights and their licence
   * @param opset version of the operators
   */
  constructor(name: string, notice: string, opset: number = OPSET) {
    this.#name = name;
    this.#notice = notice;
    this.#opset = opset;
  }

  /** Declares a graph input; a dimension given as a string is symbolic. */
  input(name: string, type: ElementType, dims: (number | string)[]): string {
    this.#claim(name);
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Stores a tensor, little-endian, row-major. */
  tensor(name: string, type: ElementType, dims: number[], data: ArrayBufferView): string {
    this.#claim(name);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dims, dataType: TYPES[type], rawData });
    return name;
  }

  float(name: string, dims: number[], values: ArrayLike<number>): string {
    return this.tensor(name, 'float32', dims, Float32Array.from(values));
  }

  /** Shape-like constants: reshape targets, axes, slice bounds. */
  int64(name: string, values: number[]): string {
    return this.tensor(name, 'int64', [values.length], BigInt64Array.from(values, BigInt));
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
    const [opType, domain] = op.split(':').reverse();
    this.#nodes.push({
      opType,
      ...(domain ? { domain } : {}),
      name: outputs[0],
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
    return outputs;
  }

  /** Offers a value as a graph output, under its own name. */
  output(name: string, dims: (number | string)[]): void {
    this.#outputs.set(name, valueInfo(name, 'float32', dims));
  }

  /**
   * The file's bytes, without the operators and tensors that no chosen output needs.
   * @throws SidestreamError `encoder/unsupported-graph` for an output that was never offered
   */
  encode(chosen: readonly string[]): Uint8Array {
    const output = chosen.map((name) => {
      const info = this.#outputs.get(name);
      if (info) return info;
      const message = `The graph "${this.#name}" has no tap "${name}". It has ${[...this.#outputs.keys()].join(', ')}.`;
      throw new SidestreamError('encoder/unsupported-graph', message);
    });
    const needed = new Set(chosen);
    const node = this.#nodes
      .toReversed()
      .filter(({ input, output }) => {
        if (!output?.some((name) => needed.has(name))) return false;
        for (const name of input ?? []) needed.add(name);
        return true;
      })
      .toReversed();
    const domains = new Set(node.flatMap(({ domain }) => (domain ? [domain] : [])));
    return onnx.ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: 'sidestream',
      docString: this.#notice,
      opsetImport: [
        { domain: '', version: this.#opset },
        ...[...domains].sort().map((domain) => ({ domain, version: 1 })),
      ],
      graph: {
        name: this.#name,
        node,
        initializer: this.#initializers.filter(({ name }) => name && needed.has(name)),
        input: this.#inputs,
        output,
      },
    }).finish();
  }

  #claim(name: string): void {
    if (name !== '' && this.#names.has(name)) throw new Error(`The graph already has a value named "${name}".`);
    this.#names.add(name);
  }
}

function valueInfo(name: string, type: ElementType, dims: (number | string)[]): Onnx.IValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: TYPES[type], shape: { dim } } } };
}

function attributeProto(name: string, value: Attribute): Onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value };
  return { name, type: AttributeType.FLOAT, f: value.float };
}
