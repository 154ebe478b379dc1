import {
  backend_util,
  type DataId,
  engine,
  getKernel,
  KernelBackend,
  type KernelConfig,
  type NamedAttrMap,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { DataType } from '../../../encoders/onnx';
import type { TracedGraph } from './traced-graph';

/** Backend of tfjs that computes nothing: it writes the operations of a computation as operators of an ONNX graph. */
const BACKEND = 'traced';

class TracedBackend extends KernelBackend {
  constructor(readonly graph: TracedGraph) {
    super();
  }

  readonly #names = new WeakMap<DataId, string>();

  nameOf = ({ dataId }: TensorInfo): string => this.#names.get(dataId) as string;

  info(name: string, shape: number[], dtype: TensorInfo['dtype'] = 'float32'): TensorInfo {
    const dataId = {};
    this.#names.set(dataId, name);
    return { dataId, shape, dtype };
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: TensorInfo['dtype']): DataId {
    const numbers = Float32Array.from(values as ArrayLike<number>);
    return this.info(this.graph.constant(numbers, shape), shape, dtype).dataId;
  }

  override floatPrecision = (): 32 => 32;
  override epsilon = (): number => 1e-7;
  override numDataIds = (): number => 0;
  override incRef(): void {}
  decRef(): void {}
  override dispose(): void {}
  override disposeData = (): boolean => true;
}

/** A tensor of the graph. */
interface Traced {
  shape: number[];
  name: string;
}

type Kernel = (inputs: Traced[], attributes: NamedAttrMap, graph: TracedGraph) => Traced | Traced[];

const same: Kernel = ([x]) => x;

const unary =
  (op: string): Kernel =>
  ([x], _, graph) => ({ shape: x.shape, name: graph.add(op, [x.name]) });

const binary =
  (op: string): Kernel =>
  ([a, b], _, graph) => ({
    shape: backend_util.assertAndGetBroadcastShape(a.shape, b.shape),
    name: graph.add(op, [a.name, b.name]),
  });

const reduction =
  (op: string, key: string): Kernel =>
  ([x], attributes, graph) => {
    const axes = util.parseAxisParam(attributes[key] as number[], x.shape);
    if (axes.length === 0) return x;
    const keepdims = attributes.keepDims ? 1 : 0;
    const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = keepdims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    return { shape, name: graph.add(op, [x.name, graph.vector(axes)], { keepdims }) };
  };

const sliced = ({ name }: Traced, graph: TracedGraph, begin: number[], size: number[]): Traced => {
  const end = begin.map((from, n) => from + size[n]);
  return { shape: size, name: graph.add('Slice', [name, graph.vector(begin), graph.vector(end)]) };
};

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
  // Along the last dimension, as that of ONNX by default.
  Softmax: unary('Softmax'),
  Square: ([x], _, graph) => ({ shape: x.shape, name: graph.add('Mul', [x.name, x.name]) }),
  Identity: same,
  Cast: same,
  Sum: reduction('ReduceSum', 'axis'),
  Max: reduction('ReduceMax', 'reductionIndices'),
  BatchMatMul: ([a, b], _, graph) => ({
    shape: [a.shape[0], b.shape[1]],
    name: graph.add('MatMul', [a.name, b.name]),
  }),
  Transpose: ([x], attributes, graph) => {
    const perm = attributes.perm as number[];
    return { shape: perm.map((from) => x.shape[from]), name: graph.add('Transpose', [x.name], { perm }) };
  },
  Reshape: ([x], attributes, graph) => {
    const shape = util.inferFromImplicitShape(attributes.shape as number[], util.sizeFromShape(x.shape));
    return { shape, name: graph.add('Reshape', [x.name, graph.vector(shape, -1)]) };
  },
  Slice: ([x], { begin, size }, graph) => sliced(x, graph, begin as number[], size as number[]),
  SplitV: ([x], attributes, graph) => {
    const axis = attributes.axis as number;
    let from = 0;
    return (attributes.numOrSizeSplits as number[]).map((part) => {
      const begin = x.shape.map((_, d) => (d === axis ? from : 0));
      from += part;
      const size = x.shape.map((whole, d) => (d === axis ? part : whole));
      return sliced(x, graph, begin, size);
    });
  },
  PadV2: ([x], attributes, graph) => {
    const paddings = attributes.paddings as [number, number][];
    const pads = graph.vector([0, 1].flatMap((side) => paddings.map((own) => own[side])));
    const shape = x.shape.map((size, n) => size + paddings[n][0] + paddings[n][1]);
    return { shape, name: graph.add('Pad', [x.name, pads]) };
  },
  Concat: (parts, attributes, graph) => {
    const axis = attributes.axis as number;
    const shapes = parts.map(({ shape }) => shape);
    const names = parts.map(({ name }) => name);
    return { shape: backend_util.computeOutShape(shapes, axis), name: graph.add('Concat', names, { axis }) };
  },
  GatherV2: ([x, rows], _, graph) => ({
    shape: [...rows.shape, ...x.shape.slice(1)],
    name: graph.add('Gather', [x.name, rows.name]),
  }),
  ScatterNd: ([rows, updates], attributes, graph) => {
    const shape = attributes.shape as number[];
    const indices = graph.add('Cast', [rows.name], { to: DataType.INT64 });
    const name = graph.add('ScatterND', [graph.zeros(shape), indices, updates.name], { reduction: 'add' });
    return { shape, name };
  },
};

const kernelOf = (kernelName: string, kernel: Kernel): KernelConfig => ({
  kernelName,
  backendName: BACKEND,
  kernelFunc({ inputs, attrs, backend }) {
    const own = backend as TracedBackend;
    const given = Object.values(inputs) as TensorInfo[];
    const traced = given.map((input) => ({ shape: input.shape, name: own.nameOf(input) }));
    const found = kernel(traced, attrs ?? {}, own.graph);
    const dtype = given.every((input) => input.dtype === 'int32') ? 'int32' : 'float32';
    const infoOf = ({ shape, name }: Traced) => own.info(name, shape, dtype);
    return Array.isArray(found) ? found.map(infoOf) : infoOf(found);
  },
});

/** Gives tensors of a trace. */
export interface Tracing {
  /** An input of the graph. */
  input(name: string, shape: number[], type?: 'float32' | 'int32'): Tensor;
  nameOf(tensor: Tensor): string;
}

/** Writes the operations of a computation to a graph. It computes nothing, whatever compute backend is set. */
export function trace<T>(graph: TracedGraph, compute: (tracing: Tracing) => T): T {
  const backend = new TracedBackend(graph);
  const before = engine().backendName;
  for (const [name, kernel] of Object.entries(KERNELS))
    if (!getKernel(name, BACKEND)) registerKernel(kernelOf(name, kernel));
  registerBackend(BACKEND, () => backend, 0);
  // Both backends are there, so that this takes effect at once: other trainings of this process do not run in between.
  void setBackend(BACKEND);
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
    void setBackend(before);
    removeBackend(BACKEND);
  }
}
