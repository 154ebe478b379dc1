import {
  type Attribute,
  DataType,
  declared,
  type Onnx,
  onnx,
  operator,
  tensorOf,
} from '../../../../core/encoders/node';

/** Version of the operators: reductions take their axes as an input. */
const OPSET = 18;

/** Sizes that stand for those of any batch. Their products and differences differ too, and no other size is as large. */
const STAND_INS = [524_309, 262_147, 131_101, 65_537];

/** How a size follows from those of a batch. */
type Formula = (sizes: readonly number[]) => number;

/** An ONNX graph that is written while a computation is traced. It holds for batches of any sizes. */
export class TracedGraph {
  readonly #nodes: Onnx.INodeProto[] = [];
  readonly #constants = new Map<string, Onnx.ITensorProto>();
  readonly #vectors = new Map<string, string>();
  readonly #inputs: Onnx.IValueInfoProto[] = [];
  /** Inputs with sizes that follow from those of the batch, by their stand-ins. */
  readonly #sizes = new Map<number, { name: string; formula: Formula }>();
  #names = 0;

  /** Sizes to trace with, the largest first. */
  static standIns = (count: number): number[] => STAND_INS.slice(0, count);

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
   * @param inferred stands for a size that does not follow from those of the batch. Default: every size follows from them
   */
  vector(values: readonly number[], inferred?: number): string {
    const key = `${values} ${inferred}`;
    const known = this.#vectors.get(key);
    if (known) return known;
    const parts = values.map((value) => (this.#isFixed(value) ? value : (this.#sizeInput(value) ?? inferred)));
    if (parts.includes(undefined)) throw new Error(`A size of ${values} does not follow from those of a batch.`);
    const own = parts.map((part) =>
      typeof part === 'string' ? part : this.constant(BigInt64Array.of(BigInt(part as number)), [1]),
    );
    const name = own.length === 1 ? own[0] : this.add('Concat', own, { axis: 0 });
    this.#vectors.set(key, name);
    return name;
  }

  /** Inputs that hold the sizes of a batch, int64 [1] each. */
  sizeInputs(sizes: readonly number[]): [name: string, value: number][] {
    return Array.from(this.#sizes.values(), ({ name, formula }) => [name, formula(sizes)]);
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

  #isFixed = (size: number): boolean => size < (STAND_INS.at(-1) as number);

  #sizeInput(size: number): string | undefined {
    const known = this.#sizes.get(size);
    if (known) return known.name;
    const formula = formulas().find((own) => own(STAND_INS) === size);
    if (!formula) return;
    const name = `size ${this.#sizes.size}`;
    this.#sizes.set(size, { name, formula });
    this.#inputs.push(declared(name, DataType.INT64, [1]));
    return name;
  }
}

/** Sizes of a batch, their products and differences. */
const formulas = (): Formula[] => {
  const places = [...STAND_INS.keys()];
  const pairs = places.flatMap((a) => places.map((b) => [a, b] as const));
  return [
    ...places.map(
      (a): Formula =>
        (sizes) =>
          sizes[a],
    ),
    ...pairs.map(
      ([a, b]): Formula =>
        (sizes) =>
          sizes[a] * sizes[b],
    ),
    ...pairs.map(
      ([a, b]): Formula =>
        (sizes) =>
          sizes[a] - sizes[b],
    ),
  ];
};
