import { engine, tidy } from '@tensorflow/tfjs-core';
import { loadOnnxruntime } from '../../../encoders/node';
import type { BatchCompute, BatchGradients, BatchLoss } from '../../../shop/training/model';
import { entryOf, type StateDict, type Weights } from '../../../shop/training/model';
import { TracedGraph } from './traced-graph';
import { trace } from './tracer';

/*
 * tfjs defines a loss and its gradients. Both are traced once, with placeholders of the sizes of a batch:
 *
 *   loss of tfjs ──trace──► ONNX graph ──► session of onnxruntime-node ◄── weights, constants and sizes of each batch
 */

/**
 * Gradients of batches by onnxruntime-node, whose matrix products use all instructions of the processor. One thread: a step has many small
 * operations, and a training that has more processors takes shards.
 * @throws SidestreamError `encoder/not-installed`
 */
export async function nativeGradients(): Promise<BatchCompute> {
  const { InferenceSession, Tensor } = await loadOnnxruntime();
  const open = async (...of: Parameters<typeof stepGraph>) => {
    const { file, ...step } = stepGraph(...of);
    return { ...step, session: await InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 }) };
  };
  return (loss) => {
    let opened: ReturnType<typeof open> | null = null;
    return async (batch, weights, learning) => {
      opened ??= open(loss, batch, weights, learning);
      const { graph, inputs, session } = await opened;
      const shapes = loss.shapes(batch.sizes);
      const given = [
        ...Object.entries(weights).map(
          ([name, { shape, values }]) => [name, new Tensor('float32', values, shape)] as const,
        ),
        ...Object.entries(batch.constants).map(
          ([name, values]) =>
            [
              constantInput(name),
              values instanceof Int32Array
                ? new Tensor('int32', values, shapes[name])
                : new Tensor('float32', values, shapes[name]),
            ] as const,
        ),
        ...graph
          .sizeInputs(Object.values(batch.sizes))
          .map(([name, size]) => [name, new Tensor('int64', BigInt64Array.of(BigInt(size)), [1])] as const),
      ];
      const feeds = Object.fromEntries(given.filter(([name]) => inputs.has(name)));
      const found: Record<string, { data: unknown }> = await session.run(feeds);
      const read = Object.entries(found).map(([name, { data }]) => [name, data as Float32Array] as const);
      const { [LOSS]: value, ...gradients } = Object.fromEntries(read);
      const ofWeights = Object.entries(gradients).map(([name, values]) => [name.slice(GRADIENT.length), values]);
      return { loss: value[0], gradients: Object.fromEntries(ofWeights) };
    };
  };
}

const LOSS = 'loss';
const GRADIENT = 'gradient ';
const constantInput = (name: string): string => `constant ${name}`;

/** The graph of a loss and its gradients; those of other batches differ from this one in their sizes alone. */
function stepGraph<Sizes extends StateDict<number>>(
  { shapes, value }: BatchLoss<Sizes>,
  { sizes, constants }: Parameters<BatchGradients<Sizes>>[0],
  weights: Weights,
  learning: readonly string[],
) {
  const names = Object.keys(sizes);
  const graph = new TracedGraph(names.length);
  const traced = Object.fromEntries(names.map((name, n) => [name, graph.placeholders[n]])) as Sizes;
  const outputs = trace(graph, ({ input, nameOf }) =>
    tidy(() => {
      const shapeOf = shapes(traced);
      const given = Object.entries(constants).map(([name, values]) => [
        name,
        input(constantInput(name), shapeOf[name], values instanceof Int32Array ? 'int32' : 'float32'),
      ]);
      const parameters = Object.fromEntries(
        Object.entries(weights).map(([name, { shape }]) => [name, input(name, shapeOf[name] ?? shape)]),
      );
      const found = engine().gradients(
        () => value(parameters, Object.fromEntries(given), traced),
        learning.map((name) => entryOf(parameters, name)),
        undefined,
        true,
      );
      const gradients = learning.flatMap((name, n) =>
        found.grads[n] ? [[GRADIENT + name, nameOf(found.grads[n])]] : [],
      );
      return { [LOSS]: nameOf(found.value), ...Object.fromEntries(gradients) } as Record<string, string>;
    }),
  );
  return { graph, ...graph.encode(outputs) };
}
