import { OnnxModel } from '../../packages/encoders/onnx/onnx-model';

/**
 * Ways in which exporters write the same model: torch.onnx of old and optimum (`torchscript`), torch's dynamo exporter,
 * a graph optimised by onnxruntime's transformer optimiser (`fused`), and tf2onnx.
 */
export const DIALECTS = ['torchscript', 'dynamo', 'fused', 'tf'] as const;
/** `dynamic-int8`: what onnxruntime's dynamic quantisation makes of a graph of torch.onnx. Its numbers differ from the others'. */
export type Dialect = (typeof DIALECTS)[number] | 'dynamic-int8';

const OPSETS: Record<Dialect, number> = { torchscript: 14, dynamo: 20, fused: 14, tf: 13, 'dynamic-int8': 14 };

/** Parameters of a layer norm. */
export interface Norm {
  gamma: Float32Array;
  beta: Float32Array;
  epsilon: number;
}

/** Writes a model in one dialect. Values have the names that such an exporter would give them. */
export class DialectWriter {
  readonly graph: OnnxModel;
  #count = 0;

  constructor(readonly dialect: Dialect) {
    this.graph = OnnxModel.empty('main_graph', OPSETS[dialect]);
  }

  /** An operator whose output gets the next name. */
  op(op: string, inputs: string[], attributes: Parameters<OnnxModel['node']>[3] = {}): string {
    return this.graph.node(op, this.name(op), inputs, attributes);
  }

  name(op: string): string {
    const n = ++this.#count;
    if (this.dialect === 'dynamo') return op === 'LayerNormalization' ? `layer_norm_${n}` : `val_${n}`;
    if (this.dialect === 'tf') return `StatefulPartitionedCall/model/${op.toLowerCase()}_${n}:0`;
    return `/encoder/${op}_${n}_output_0`;
  }

  float(values: ArrayLike<number>, dims: number[]): string {
    const n = ++this.#count;
    return this.graph.float(this.dialect === 'dynamo' ? `param_${n}` : `onnx::MatMul_${n}`, dims, values);
  }

  scalar(value: number): string {
    return this.float([value], []);
  }

  int64(values: number[]): string {
    return this.graph.int64(`onnx::Shape_${++this.#count}`, values);
  }

  linear(x: string, matrix: Float32Array, bias: Float32Array, rows: number, columns: number): string {
    if (this.dialect === 'dynamic-int8') return this.#quantizedLinear(x, matrix, bias, rows, columns);
    if (this.dialect !== 'dynamo') {
      const product = this.op('MatMul', [x, this.float(matrix, [rows, columns])]);
      return this.op('Add', [this.float(bias, [columns]), product]);
    }
    // Weights as torch stores them, transposed in the graph.
    const turned = matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
    const stored = this.op('Transpose', [this.float(turned, [columns, rows])], { perm: [1, 0] });
    return this.op('Add', [this.op('MatMul', [x, stored]), this.float(bias, [columns])]);
  }

  layerNorm(x: string, gamma: Float32Array, beta: Float32Array, epsilon: number): string {
    const [g, b] = [this.float(gamma, [gamma.length]), this.float(beta, [beta.length])];
    if (this.dialect === 'dynamo' || this.dialect === 'fused') {
      const attributes = { axis: -1, epsilon: { float: epsilon } };
      if (this.dialect === 'dynamo') return this.op('LayerNormalization', [x, g, b], attributes);
      // Opset 14 has no such operator; the optimiser uses the runtime's own, under the standard domain's name.
      return this.#decomposedNorm(x, g, b, epsilon);
    }
    return this.dialect === 'tf' ? this.#batchNormStyle(x, g, b, epsilon) : this.#decomposedNorm(x, g, b, epsilon);
  }

  /** Post-norm: the norm of x + branch. */
  normOfSum(x: string, branch: string, norm: Norm): string {
    if (this.dialect === 'fused') return this.#skipNorm(x, branch, norm, false)[1];
    return this.sumAndNorm(x, branch, norm)[1];
  }

  /**
   * Pre-norm: x + branch, and its norm.
   * @param keep whether a fused operator also outputs the bare sum; otherwise the sum is ''
   */
  sumAndNorm(x: string, branch: string, norm: Norm, keep = true): [string, string] {
    if (this.dialect === 'fused') return this.#skipNorm(x, branch, norm, keep);
    const sum = this.op(
      'Add',
      this.dialect === 'torchscript' || this.dialect === 'dynamic-int8' ? [branch, x] : [x, branch],
    );
    return [sum, this.layerNorm(sum, norm.gamma, norm.beta, norm.epsilon)];
  }

  gelu(x: string): string {
    if (this.dialect === 'fused') return this.op('com.microsoft:Gelu', [x]);
    if (this.dialect === 'dynamo') return this.op('Gelu', [x]);
    const erf = this.op('Erf', [this.op('Div', [x, this.scalar(Math.SQRT2)])]);
    const product = this.op('Mul', [x, this.op('Add', [erf, this.scalar(1)])]);
    return this.op('Mul', [product, this.scalar(0.5)]);
  }

  geluTanh(x: string): string {
    const cube = this.op('Mul', [this.op('Pow', [x, this.scalar(3)]), this.scalar(0.044715)]);
    const inside = this.op('Mul', [this.op('Add', [x, cube]), this.scalar(Math.sqrt(2 / Math.PI))]);
    const one = this.op('Add', [this.op('Tanh', [inside]), this.scalar(1)]);
    return this.op('Mul', [x, this.op('Mul', [one, this.scalar(0.5)])]);
  }

  quickGelu(x: string): string {
    return this.op('Mul', [x, this.op('Sigmoid', [this.op('Mul', [x, this.scalar(1.702)])])]);
  }

  /** [batch, tokens, ...rest], the first two sizes read from `x`, as torch.onnx does. */
  reshape(x: string, rest: number[]): string {
    if (this.dialect !== 'torchscript' && this.dialect !== 'dynamic-int8')
      return this.op('Reshape', [x, this.int64([0, 0, ...rest])]);
    const shape = this.op('Shape', [x]);
    const sizes = [0, 1].map((axis) => {
      const size = this.op('Gather', [shape, this.graph.store(`onnx::Gather_${++this.#count}`, [], INDEX[axis])]);
      return this.op('Unsqueeze', [size, this.int64([0])]);
    });
    const dims = [...sizes, ...rest.map((size) => this.int64([size]))];
    return this.op('Reshape', [x, this.op('Concat', dims, { axis: 0 })]);
  }

  /** One scale for the matrix, and one for the whole batch of inputs, found as the model runs. */
  #quantizedLinear(x: string, matrix: Float32Array, bias: Float32Array, rows: number, columns: number): string {
    const scale = matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
    const bytes = Int8Array.from(matrix, (value) => Math.round(value / scale));
    const n = ++this.#count;
    const weights = this.graph.store(`weight_${n}_quantized`, [rows, columns], bytes);
    const quantized = ['bytes', 'scale', 'zero'].map((part) => `${x}_${part}_${n}`);
    const [input, inputScale, zero] = this.graph.nodeOf('DynamicQuantizeLinear', quantized, [x]);
    const sums = this.op('MatMulInteger', [input, weights, zero]);
    const factor = this.op('Mul', [inputScale, this.scalar(scale)]);
    const product = this.op('Mul', [this.op('Cast', [sums], { to: 1 }), factor]);
    return this.op('Add', [this.float(bias, [columns]), product]);
  }

  #skipNorm(x: string, branch: string, { gamma, beta, epsilon }: Norm, keep: boolean): [string, string] {
    const inputs = [x, branch, this.float(gamma, [gamma.length]), this.float(beta, [beta.length])];
    const outputs = [this.name('SkipLayerNormalization'), ...(keep ? ['', '', this.name('Sum')] : [])];
    const attributes = { epsilon: { float: epsilon } };
    this.graph.nodeOf('com.microsoft:SkipLayerNormalization', outputs, inputs, attributes);
    return [outputs[3] ?? '', outputs[0]];
  }

  #decomposedNorm(x: string, g: string, b: string, epsilon: number): string {
    const centered = this.op('Sub', [x, this.op('ReduceMean', [x], { axes: [-1], keepdims: 1 })]);
    const square = this.op('Pow', [centered, this.scalar(2)]);
    const variance = this.op('ReduceMean', [square], { axes: [-1], keepdims: 1 });
    const deviation = this.op('Sqrt', [this.op('Add', [variance, this.scalar(epsilon)])]);
    return this.op('Add', [this.op('Mul', [this.op('Div', [centered, deviation]), g]), b]);
  }

  /** TensorFlow's `batchnorm`: x * f + (beta - mean * f), a sum of two values that both depend on x. */
  #batchNormStyle(x: string, g: string, b: string, epsilon: number): string {
    const mean = this.op('ReduceMean', [x], { axes: [-1], keepdims: 1 });
    const centered = this.op('Sub', [x, mean]);
    const variance = this.op('ReduceMean', [this.op('Mul', [centered, centered])], { axes: [-1], keepdims: 1 });
    const inverse = this.op('Reciprocal', [this.op('Sqrt', [this.op('Add', [variance, this.scalar(epsilon)])])]);
    const factor = this.op('Mul', [inverse, g]);
    const shifted = this.op('Sub', [b, this.op('Mul', [mean, factor])]);
    return this.op('Add', [this.op('Mul', [x, factor]), shifted]);
  }
}

const INDEX = [new BigInt64Array([0n]), new BigInt64Array([1n])];
