import {
  backend_util,
  type DataId,
  engine,
  KernelBackend,
  type KernelConfig,
  type NamedAttrMap,
  registerBackend,
  registerKernel,
  setBackend,
  slice_util,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { TracedGraph } from './traced-graph';

/** Backend of tfjs that computes nothing: it writes the operations of a computation as operators of an ONNX graph. */
const BACKEND = 'traced';

class TracedBackend extends KernelBackend {
  graph: TracedGraph | null = null;
  readonly #names = new WeakMap<DataId, string>();

  nameOf = ({ dataId }: TensorInfo): string => this.#names.get(dataId) as string;

  info(name: string, shape: number[], dtype: TensorInfo['dtype'] = 'float32'): TensorInfo {
    const dataId = {};
    this.#names.set(dataId, name);
    return { dataId, shape, dtype };
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: TensorInfo['dtype']): DataId {
    const numbers = Float32Array.from(values as ArrayLike<number>);
    return this.info((this.graph as TracedGraph).constant(numbers, shape), shape, dtype).dataId;
  }

  override floatPrecision = (): 32 => 32;
  override epsilon = (): number => 1e-7;
  override numDataIds = (): number => 0;
  override incRef(): void {}
  decRef(): void {}
  override disposeData = (): boolean => true;
}

const backend = new TracedBackend();

/** @param add adds an operator of ONNX. @returns shape of each output and its name */
type Kernel = (
  inputs: { shape: number[]; name: string }[],
  attributes: NamedAttrMap,
  graph: TracedGraph,
) => [shape: number[], name: string][];

const unary =
  (op: string): Kernel =>
  ([x], _, graph) => [[x.shape, graph.add(op, [x.name])[0]]];

const binary =
  (op: string): Kernel =>
  ([a, b], _, graph) => [
    [backend_util.assertAndGetBroadcastShape(a.shape, b.shape), graph.add(op, [a.name, b.name])[0]],
  ];

const reduction =
  (op: string, key: string): Kernel =>
  ([x], attributes, graph) => {
    const axes = util.parseAxisParam(attributes[key] as number[], x.shape);
    if (axes.length === 0) return [[x.shape, x.name]];
    const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = attributes.keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    return [[shape, graph.add(op, [x.name, graph.vector(axes)], { keepdims: attributes.keepDims ? 1 : 0 })[0]]];
  };

const same: Kernel = ([x]) => [[x.shape, x.name]];
const columns = (shape: number[], width: number): number[] => [...shape.slice(0, -1), width];

/** The operations that the side model and its gradients use. */
const KERNELS: Record<string, Kernel> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Erf: unary('Erf'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Neg: unary('Neg'),
  Square: ([x], _, graph) => [[x.shape, graph.add('Mul', [x.name, x.name])[0]]],
  Softmax: ([x], _, graph) => [[x.shape, graph.add('Softmax', [x.name], { axis: -1 })[0]]],
  Identity: same,
  Cast: same,
  Sum: reduction('ReduceSum', 'axis'),
  Max: reduction('ReduceMax', 'reductionIndices'),
  BatchMatMul: ([a, b], _, graph) => [[columns(a.shape, b.shape[1]), graph.add('MatMul', [a.name, b.name])[0]]],
  Transpose: ([x], { perm }, graph) => [
    [(perm as number[]).map((from) => x.shape[from]), graph.add('Transpose', [x.name], { perm: perm as number[] })[0]],
  ],
  Reshape: ([x], attributes, graph) => {
    const shape = util.inferFromImplicitShape(attributes.shape as number[], util.sizeFromShape(x.shape));
    return [[shape, graph.add('Reshape', [x.name, graph.vector(shape, -1)])[0]]];
  },
  Slice: ([x], attributes, graph) => {
    const [begin, size] = slice_util.parseSliceParams(
      { shape: x.shape } as Tensor,
      attributes.begin as number[],
      attributes.size as number[],
    );
    const end = graph.vector(begin.map((from, n) => from + size[n]));
    return [[size, graph.add('Slice', [x.name, graph.vector(begin), end])[0]]];
  },
  PadV2: ([x], attributes, graph) => {
    const paddings = attributes.paddings as [number, number][];
    const pads = graph.vector([0, 1].flatMap((side) => paddings.map((own) => own[side])));
    const shape = x.shape.map((size, n) => size + paddings[n][0] + paddings[n][1]);
    return [[shape, graph.add('Pad', [x.name, pads])[0]]];
  },
  Concat: (parts, { axis }, graph) => {
    const shape = backend_util.computeOutShape(
      parts.map((part) => part.shape),
      axis as number,
    );
    return [
      [
        shape,
        graph.add(
          'Concat',
          parts.map(({ name }) => name),
          { axis: axis as number },
        )[0],
      ],
    ];
  },
  SplitV: ([x], attributes, graph) => {
    const axis = attributes.axis as number;
    const sizes = attributes.numOrSizeSplits as number[];
    const names = graph.add('Split', [x.name, graph.vector(sizes)], { axis }, sizes.length);
    return names.map((name, n) => [x.shape.map((size, d) => (d === axis ? sizes[n] : size)), name]);
  },
  GatherV2: ([x, rows], _, graph) => [
    [[...rows.shape, ...x.shape.slice(1)], graph.add('Gather', [x.name, rows.name], { axis: 0 })[0]],
  ],
  ScatterNd: ([rows, updates], attributes, graph) => {
    const shape = attributes.shape as number[];
    const [indices] = graph.add('Cast', [rows.name], { to: 7 });
    const inputs = [graph.zeros(shape), indices, updates.name];
    return [[shape, graph.add('ScatterND', inputs, { reduction: 'add' })[0]]];
  },
};

const kernelOf = (kernelName: string, kernel: Kernel): KernelConfig => ({
  kernelName,
  backendName: BACKEND,
  kernelFunc: ({ inputs, attrs }) => {
    const given = Object.values(inputs) as TensorInfo[];
    const found = kernel(
      given.map((input) => ({ shape: input.shape, name: backend.nameOf(input) })),
      attrs ?? {},
      backend.graph as TracedGraph,
    );
    const dtype = given.every((input) => input.dtype === 'int32') ? 'int32' : 'float32';
    const infos = found.map(([shape, name]) => backend.info(name, shape, dtype));
    return infos.length === 1 ? infos[0] : infos;
  },
});

let isRegistered = false;

function register(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerBackend(BACKEND, () => backend, 0);
  for (const [name, kernel] of Object.entries(KERNELS)) registerKernel(kernelOf(name, kernel));
}

/** Gives tensors of a trace. */
export interface Tracing {
  /** An input of the graph. */
  input(name: string, shape: number[], type?: 'float32' | 'int32'): Tensor;
  nameOf(tensor: Tensor): string;
}

/** Writes the operations of a computation to a graph. It computes nothing, whatever compute backend is set. */
export async function trace<T>(graph: TracedGraph, compute: (tracing: Tracing) => T): Promise<T> {
  register();
  const before = engine().backendName;
  await setBackend(BACKEND);
  backend.graph = graph;
  try {
    return compute({
      input(name, shape, type = 'float32') {
        graph.input(name, shape, type);
        const { dataId } = backend.info(name, shape, type);
        return engine().makeTensorFromTensorInfo({ dataId, shape, dtype: type });
      },
      nameOf: backend.nameOf,
    });
  } finally {
    backend.graph = null;
    await setBackend(before);
  }
}
