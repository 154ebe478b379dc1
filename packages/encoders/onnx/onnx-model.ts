import { quantizeRow } from '../../../src/core/common/bytes';
import { SidestreamError } from '../../../src/error';
import { type Attribute, DataType, declared, type Onnx, onnx, operator, type TensorData, tensorOf } from './onnx';

type Tensor = Onnx.ITensorProto;

export interface GraphNode {
  op: string;
  /** Names of the values read, in the operator's order; '' stands for an optional value that is left out. */
  inputs: string[];
  outputs: string[];
  /** `inputs` without those left out. */
  reads: string[];
  proto: Onnx.INodeProto;
}

/** An input the caller feeds. */
export interface GraphInput {
  name: string;
  /** `TensorProto.DataType` */
  type: number;
  /** Sizes; a symbolic or absent one is null. */
  dims: (number | null)[];
}

const INPUT_TYPES = { float32: DataType.FLOAT, int32: DataType.INT32, int64: DataType.INT64 } as const;

/** Opset 17 is the first with LayerNormalization; everything newer would only narrow the runtimes that can load the file. */
const OPSET = 17;
const IR_VERSION = 8;

/**
 * An ONNX model that can be written node by node, inspected and changed. Values are identified by name; nodes are sorted
 * topologically, as the format requires. The same calls always give the same bytes.
 */
export class OnnxModel {
  readonly constants = new Map<string, Tensor>();
  nodes: GraphNode[] = [];
  /** Version of the standard operators. */
  readonly opset: number;
  #inputs: Onnx.IValueInfoProto[];
  readonly #outputs = new Map<string, Onnx.IValueInfoProto>();

  private constructor(private readonly model: Onnx.IModelProto) {
    const standard = model.opsetImport?.find(({ domain }) => !domain || domain === 'ai.onnx');
    this.opset = Number(standard?.version ?? 0);
    for (const tensor of model.graph?.initializer ?? []) this.constants.set(tensor.name ?? '', tensor);
    for (const proto of model.graph?.node ?? []) {
      const value = proto.opType === 'Constant' ? proto.attribute?.find(({ name }) => name === 'value')?.t : undefined;
      const name = proto.output?.[0];
      if (value && name) this.constants.set(name, { ...value, name });
      else this.nodes.push(graphNode(proto));
    }
    this.#inputs = (model.graph?.input ?? []).filter(({ name }) => !this.constants.has(name ?? ''));
  }

  /** @param opset version of the operators */
  static empty(name: string, opset = OPSET): OnnxModel {
    return new OnnxModel({ irVersion: IR_VERSION, opsetImport: [{ domain: '', version: opset }], graph: { name } });
  }

  /**
   * @param read gives the files in which a big model keeps its tensors
   * @throws SidestreamError `encoder/unsupported-graph` when the bytes are not an ONNX model, or one of an unsupported kind
   */
  static async parse(bytes: Uint8Array, read: ReadExternal): Promise<OnnxModel> {
    let model: Onnx.IModelProto;
    try {
      model = onnx.ModelProto.decode(bytes);
    } catch (cause) {
      throw unsupported(`it is not an ONNX file or is cut short (${String(cause)})`, cause);
    }
    if (model.functions?.length) {
      throw unsupported('it has its own functions (export it again with its functions inlined)');
    }
    if (!model.graph?.node?.length) throw unsupported('it has no graph');
    const branching = model.graph.node.find(({ attribute }) => attribute?.some(({ g, graphs }) => g || graphs?.length));
    if (branching) throw unsupported(`its operator ${branching.opType} has a graph of its own`);
    const parsed = new OnnxModel(model);
    for (const [name, tensor] of parsed.constants) {
      if (tensor.externalData?.length) parsed.constants.set(name, await externalData(tensor, read));
    }
    return parsed;
  }

  get inputs(): GraphInput[] {
    return this.#inputs.map(graphInput);
  }

  /** Declares an input, instead of one of the same name; a dimension given as a string is symbolic. */
  input(name: string, type: keyof typeof INPUT_TYPES, dims: (number | string)[]): string {
    this.#inputs = [...this.#inputs.filter((other) => other.name !== name), declared(name, INPUT_TYPES[type], dims)];
    return name;
  }

  /** Offers a value as a float32 output, under its own name. @param dims default: left open */
  output(name: string, dims?: (number | string)[]): void {
    this.#outputs.set(name, declared(name, DataType.FLOAT, dims));
  }

  /** Position of the node that computes each value. */
  producers(): Map<string, number> {
    return new Map(this.nodes.flatMap(({ outputs }, i) => outputs.filter(Boolean).map((name) => [name, i])));
  }

  /** Values that do not depend on the inputs: stored tensors, and values computed only from them. */
  constantValues(): Set<string> {
    const constant = new Set(this.constants.keys());
    for (const { reads, outputs } of this.nodes) {
      if (reads.every((name) => constant.has(name))) for (const name of outputs) constant.add(name);
    }
    return constant;
  }

  /** Stores a tensor. @returns its name */
  store(name: string, dims: number[], data: TensorData): string {
    this.constants.set(name, tensorOf(name, dims, data));
    return name;
  }

  float(name: string, dims: number[], values: ArrayLike<number>): string {
    return this.store(name, dims, Float32Array.from(values));
  }

  /** Shape-like constants: reshape targets, axes, slice bounds. */
  int64(name: string, values: number[]): string {
    return this.store(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds an operator with one output, whose name is also the node's. An operator of another domain is written `domain:Op`. */
  node(op: string, output: string, inputs: string[], attributes?: Record<string, Attribute>): string {
    return this.nodeOf(op, [output], inputs, attributes)[0];
  }

  /** Adds an operator with several outputs; one left out is ''. */
  nodeOf(op: string, outputs: string[], inputs: string[], attributes?: Record<string, Attribute>): string[] {
    this.append([operator(op, outputs, inputs, attributes)]);
    return outputs;
  }

  /**
   * Stores weights in blocks that share a scale. Runtimes fold the operators when they load the file: it is small on disk, and
   * exact float32 at run time.
   * @returns the operators that give the float32 values [dims] under this name
   */
  int8Blocks(
    name: string,
    [bytes, blockDims]: readonly [Int8Array, number[]],
    [scales, scaleDims]: readonly [Float32Array, number[]],
    dims: number[],
  ): Onnx.INodeProto[] {
    const stored = this.store(`${name}/int8`, blockDims, bytes);
    const scale = this.store(`${name}/scale`, scaleDims, scales);
    return [
      operator('Cast', `${name}/cast`, [stored], { to: DataType.FLOAT }),
      operator('Mul', `${name}/scaled`, [`${name}/cast`, scale]),
      operator('Reshape', name, [`${name}/scaled`, this.int64(`${name}/dims`, dims)]),
    ];
  }

  /** The same for values in blocks along their rows, each with one scale. @param block size that divides their number */
  int8Rows(name: string, values: Float32Array, block: number, dims: number[]): Onnx.INodeProto[] {
    const blocks = values.length / block;
    const bytes = new Int8Array(values.length);
    const scales = Float32Array.from({ length: blocks }, (_, b) =>
      quantizeRow(values.subarray(b * block, (b + 1) * block), bytes, b * block),
    );
    return this.int8Blocks(name, [bytes, [blocks, block]], [scales, [blocks, 1]], dims);
  }

  /** A reduction; its axes are an input from opset `since` on, and an attribute in earlier versions. */
  reduction(
    op: 'ReduceMean' | 'ReduceSum' | 'ReduceMax',
    output: string,
    input: string,
    axes: number[],
    keepdims: 0 | 1,
    since: number,
  ): Onnx.INodeProto {
    if (this.opset < since) return operator(op, output, [input], { axes, keepdims });
    return operator(op, output, [input, this.int64(`${output}/axes`, axes)], { keepdims });
  }

  /** Puts operators before all others. */
  prepend(nodes: Onnx.INodeProto[]): void {
    this.nodes.unshift(...nodes.map(graphNode));
  }

  /** Puts other operators in the place of some. @param instead gives them, or null for an operator that stays */
  replaceNodes(instead: (node: GraphNode) => Onnx.INodeProto[] | null): void {
    this.nodes = this.nodes.flatMap((node) => instead(node)?.map(graphNode) ?? [node]);
  }

  append(nodes: Onnx.INodeProto[]): void {
    this.nodes.push(...nodes.map(graphNode));
  }

  /** Renames a value at its source and at all its uses. */
  rename(from: string, to: string): void {
    this.nodes = this.nodes.map((node) =>
      node.reads.includes(from) || node.outputs.includes(from) ? graphNode(renamed(node.proto, from, to)) : node,
    );
    const tensor = this.constants.get(from);
    if (!tensor) return;
    this.constants.delete(from);
    this.constants.set(to, { ...tensor, name: to });
  }

  /** Leaves out the operators, tensors and inputs that no value needs. */
  prune(values: readonly string[]): void {
    const needed = new Set(values);
    this.nodes = this.nodes
      .toReversed()
      .filter(({ outputs, reads }) => {
        if (!outputs.some((name) => needed.has(name))) return false;
        for (const name of reads) needed.add(name);
        return true;
      })
      .toReversed();
    for (const name of [...this.constants.keys()]) if (!needed.has(name)) this.constants.delete(name);
    this.#inputs = this.#inputs.filter(({ name }) => needed.has(name ?? ''));
  }

  /**
   * The file's bytes, without the operators, tensors and inputs that no chosen output needs.
   * @param chosen values that `output` has offered
   * @param notice description kept in the file: the source of the weights and their licence
   */
  encode(chosen: readonly string[], notice = ''): Uint8Array {
    const { graph, irVersion, opsetImport } = this.model;
    this.prune(chosen);
    const imports = (opsetImport ?? []).filter(({ domain }) => domain !== MICROSOFT);
    const contrib = this.nodes.some(({ proto }) => proto.domain === MICROSOFT);
    return onnx.ModelProto.encode({
      // Since version 4, stored tensors need not also be declared as inputs.
      irVersion: Math.max(4, Number(irVersion ?? 0)),
      producerName: 'sidestream',
      docString: notice,
      opsetImport: contrib ? [...imports, { domain: MICROSOFT, version: 1 }] : imports,
      graph: {
        name: graph?.name ?? 'encoder',
        node: this.nodes.map(({ proto }) => proto),
        initializer: [...this.constants.values()],
        input: this.#inputs,
        output: chosen.map((name) => this.#outputs.get(name)!),
        ...(graph?.sparseInitializer?.length ? { sparseInitializer: graph.sparseInitializer } : {}),
      },
    }).finish();
  }
}

/** Domain of the runtime's own operators. */
const MICROSOFT = 'com.microsoft';

function graphNode(proto: Onnx.INodeProto): GraphNode {
  const inputs = proto.input ?? [];
  return { op: proto.opType ?? '', inputs, outputs: proto.output ?? [], reads: inputs.filter(Boolean), proto };
}

function renamed(proto: Onnx.INodeProto, from: string, to: string): Onnx.INodeProto {
  const swap = (names: string[] | null | undefined) => names?.map((name) => (name === from ? to : name));
  return { ...proto, input: swap(proto.input), output: swap(proto.output) };
}

function graphInput({ name, type }: Onnx.IValueInfoProto): GraphInput {
  const dims = type?.tensorType?.shape?.dim ?? [];
  return {
    name: name ?? '',
    type: type?.tensorType?.elemType ?? 0,
    dims: dims.map(({ dimValue }) => (dimValue ? Number(dimValue) : null)),
  };
}

export function unsupported(why: string, cause?: unknown): SidestreamError {
  const message = `This ONNX model cannot be used: ${why}. Use an export of a BERT- or ViT-like encoder.`;
  return new SidestreamError('encoder/unsupported-graph', message, cause === undefined ? undefined : { cause });
}

/** Files beside the model that hold tensors, by the name the model gives them. */
export type ReadExternal = (location: string) => Promise<Uint8Array>;

/** A tensor from an external file, with its bytes. @param read returns that file by its name in the model */
async function externalData(tensor: Onnx.ITensorProto, read: ReadExternal): Promise<Onnx.ITensorProto> {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const file = await read(entries.get('location') ?? '');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.length - offset);
  const { name, dims, dataType } = tensor;
  return { name, dims, dataType, rawData: file.subarray(offset, offset + length) };
}
