import {
  type Attribute,
  DataType,
  declared,
  type Onnx,
  onnx,
  operator,
  tensorOf,
} from '../../../../core/encoders/node';
import { SidestreamError } from '../../../../error';

/** Version of the operators: reductions take their axes as an input. */
const OPSET = 18;

/** Placeholders of the sizes of a batch. Their products and differences differ too, and no other size is as large. */
const PLACEHOLDERS = [524_309, 262_147, 131_101, 65_537];

/** Sizes of a batch, their products and differences. */
const derivedSizes = (sizes: readonly number[]): number[] => [
  ...sizes,
  ...sizes.flatMap((a) => sizes.flatMap((b) => [a * b, a - b])),
];

/** An ONNX graph that is written while a computation is traced. It holds for batches of any sizes. */
export class TracedGraph {
  /** Sizes to trace with, the largest first. */
  readonly placeholders: readonly number[];
  readonly #nodes: Onnx.INodeProto[] = [];
  readonly #constants = new Map<string, Onnx.ITensorProto>();
  readonly #vectors = new Map<string, string>();
  readonly #inputs: Onnx.IValueInfoProto[] = [];
  /** Indices into `derivedSizes` of the sizes that are inputs. */
  readonly #sizes = new Set<number>();
  #names = 0;

  /** @param count number of sizes of a batch, up to 4 */
  constructor(count: number) {
    this.placeholders = PLACEHOLDERS.slice(0, count);
  }

  input(name: string, shape: readonly number[], type: 'float32' | 'int32'): void {
    const dims = shape.map((size) => (this.#isFixed(size) ? size : `of ${size}`));
    this.#inputs.push(declared(name, type === 'int32' ? DataType.INT32 : DataType.FLOAT, dims));
  }

  /** Adds an operator. @returns the name of its output */
  add(op: string, inputs: string[], attributes?: Record<string, Attribute>): string {
    const name = this.#name();
    this.#nodes.push(operator(op, name, inputs, attributes));
    return name;
  }

  constant(values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const key = `${values.constructor.name} ${shape} ${values}`;
    const known = this.#constants.get(key);
    if (known) return known.name as string;
    const stored = tensorOf(this.#name(), [...shape], values);
    this.#constants.set(key, stored);
    return stored.name as string;
  }

  /** A tensor of zeros. */
  zeros(shape: readonly number[]): string {
    return this.add('Expand', [this.constant(Float32Array.of(0), []), this.vector(shape)]);
  }

  /**
   * A list of sizes, int64.
   * @param unknown value of a size that cannot be computed from those of a batch. Default: such a size is an error
   * @throws SidestreamError `runtime/unexpected`
   */
  vector(values: readonly number[], unknown?: number): string {
    const key = `${values} ${unknown}`;
    const known = this.#vectors.get(key);
    if (known) return known;
    const parts = values.map((value) => (this.#isFixed(value) ? value : (this.#sizeInput(value) ?? unknown)));
    if (parts.includes(undefined)) {
      throw new SidestreamError(
        'runtime/unexpected',
        `A size of ${values} cannot be computed from those of a batch; report this with the settings of the training.`,
      );
    }
    const own = parts.map((part) =>
      typeof part === 'string' ? part : this.constant(BigInt64Array.of(BigInt(part as number)), [1]),
    );
    const name = own.length === 1 ? own[0] : this.add('Concat', own, { axis: 0 });
    this.#vectors.set(key, name);
    return name;
  }

  /** Inputs that hold the sizes of a batch, int64 [1] each. */
  sizeInputs(sizes: readonly number[]): [name: string, value: number][] {
    const derived = derivedSizes(sizes);
    return Array.from(this.#sizes, (at) => [sizeInput(at), derived[at]]);
  }

  /** The graph as an ONNX file. @param outputs names that it gives to values */
  encode(outputs: Readonly<Record<string, string>>): Uint8Array {
    const given = Object.entries(outputs).map(([output, value]) => operator('Identity', output, [value]));
    return onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name: 'step',
        node: [...this.#nodes, ...given],
        initializer: [...this.#constants.values()],
        input: this.#inputs,
        output: Object.keys(outputs).map((name) => ({ name, type: { tensorType: { elemType: DataType.FLOAT } } })),
      },
    }).finish();
  }

  #name = (): string => `v${this.#names++}`;

  #isFixed = (size: number): boolean => size < (PLACEHOLDERS.at(-1) as number);

  #sizeInput(size: number): string | undefined {
    const at = derivedSizes(this.placeholders).indexOf(size);
    if (at < 0) return;
    if (!this.#sizes.has(at)) this.#inputs.push(declared(sizeInput(at), DataType.INT64, [1]));
    this.#sizes.add(at);
    return sizeInput(at);
  }
}

const sizeInput = (at: number): string => `size ${at}`;
