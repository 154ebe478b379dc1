import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { OnnxModel } from './onnx-model';

function sample(): OnnxModel {
  const graph = OnnxModel.empty('sample');
  const x = graph.input('x', 'float32', ['batch', 2]);
  const weight = graph.float('weight', [2, 2], [1, 2, 3, 4]);
  graph.node('MatMul', 'product', [x, weight]);
  graph.output('product', ['batch', 2]);
  graph.node('Add', 'sum', ['product', graph.float('shift', [2], [10, 20])]);
  graph.output('sum', ['batch', 2]);
  return graph;
}

describe('the ONNX writer', () => {
  it('writes a file the runtime reads', async () => {
    const session = await InferenceSession.create(sample().encode(['product', 'sum']));
    const { product, sum } = await session.run({ x: new Tensor('float32', [1, 1, 0, 2], [2, 2]) });
    expect([...(product.data as Float32Array)]).toEqual([4, 6, 6, 8]);
    expect([...(sum.data as Float32Array)]).toEqual([14, 26, 16, 28]);
  });

  it('leaves out operators that the chosen outputs do not need', async () => {
    const part = sample().encode(['product']);
    expect(part.length).toBeLessThan(sample().encode(['product', 'sum']).length);
    expect(new TextDecoder().decode(part)).not.toContain('shift');
    expect((await InferenceSession.create(part)).outputNames).toEqual(['product']);
  });

  it('gives the same bytes for the same calls', () => {
    expect(sample().encode(['sum'])).toEqual(sample().encode(['sum']));
  });
});
