import { kept } from '../../../../src/core/common/grouped';
import { SidestreamError } from '../../../../src/error';
import { type Attribute, OnnxModel } from '../../../encoders/onnx';

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
  readonly #model = OnnxModel.empty('step', OPSET);
  /** Names of constants and of lists of sizes, by their content. */
  readonly #known = new Map<string, string>();
  /** Indices into `derivedSizes` of the sizes that are inputs. */
  readonly #sizes = new Set<number>();
  #names = 0;

  /** @param count number of sizes of a batch, up to 4 */
  constructor(count: number) {
    this.placeholders = PLACEHOLDERS.slice(0, count);
  }

  input(name: string, shape: readonly number[], type: 'float32' | 'int32'): void {
    const dims = shape.map((size) => (isFixed(size) ? size : `of ${size}`));
    this.#model.input(name, type, dims);
  }

  /** Adds an operator. @returns the name of its output */
  add(op: string, inputs: string[], attributes?: Record<string, Attribute>): string {
    return this.#model.node(op, this.#name(), inputs, attributes);
  }

  constant(values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const key = `${values.constructor.name} ${shape} ${values}`;
    return kept(this.#known, key, () => this.#model.store(this.#name(), [...shape], values));
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
    return kept(this.#known, `sizes ${values} ${unknown}`, () => {
      const parts = values.map((value) => {
        const known = isFixed(value) ? value : (this.#sizeInput(value) ?? unknown);
        if (typeof known === 'string') return known;
        if (known !== undefined) return this.constant(BigInt64Array.of(BigInt(known)), [1]);
        throw new SidestreamError(
          'runtime/unexpected',
          `A size of ${values} cannot be computed from those of a batch; report this with the settings of the training.`,
        );
      });
      return parts.length === 1 ? parts[0] : this.add('Concat', parts, { axis: 0 });
    });
  }

  /** The inputs that hold the sizes of a batch, int64 [1] each. */
  sizeInputs(sizes: readonly number[]): [name: string, value: number][] {
    const derived = derivedSizes(sizes);
    return Array.from(this.#sizes, (at) => [sizeInput(at), derived[at]]);
  }

  /** The graph as an ONNX file, and the names of the inputs that it reads. @param outputs names that it gives to values */
  encode(outputs: Readonly<Record<string, string>>): { file: Uint8Array; inputs: ReadonlySet<string> } {
    for (const [output, value] of Object.entries(outputs)) {
      this.#model.node('Identity', output, [value]);
      this.#model.output(output);
    }
    const file = this.#model.encode(Object.keys(outputs));
    return { file, inputs: new Set(this.#model.inputs.map(({ name }) => name)) };
  }

  #name = (): string => `v${this.#names++}`;

  #sizeInput(size: number): string | undefined {
    const at = derivedSizes(this.placeholders).indexOf(size);
    if (at < 0) return;
    this.#sizes.add(at);
    return this.#model.input(sizeInput(at), 'int64', [1]);
  }
}

const isFixed = (size: number): boolean => size < PLACEHOLDERS[PLACEHOLDERS.length - 1];

const sizeInput = (at: number): string => `size ${at}`;
