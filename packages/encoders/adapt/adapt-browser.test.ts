import { createRequire } from 'node:module';
import { InferenceSession as NodeSession, Tensor as NodeTensor } from 'onnxruntime-node';
import type * as Web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../../testing/cosine';
import { bertModel, VIT, vitModel } from '../../../testing/models/tiny-model';
import { SIDE } from '../../../testing/models/tiny-weights';
import { adaptModel } from './adapt';
import { samplePictures } from './agreement';

// Loaded by Node itself, because bundlers resolve the package for browsers.
const { InferenceSession, Tensor, env }: typeof Web = createRequire(import.meta.url)('onnxruntime-web');
env.wasm.numThreads = 1;

const noFile = async () => new Uint8Array();
const NORMALIZATION = { scale: 1, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** The browser's runtime is WebAssembly, which Node runs as well. */
describe.each(['dynamo', 'fused'] as const)('a model from %s, adapted, in the runtime of browsers', (dialect) => {
  it('gives the taps Node gives', async () => {
    const common = { taps: 3, notice: '' };
    const text = await adaptModel(bertModel(dialect), noFile, { ...common, pooling: 'mean' });
    const image = await adaptModel(vitModel(dialect, VIT), noFile, {
      ...common,
      pooling: 'cls',
      image: { size: SIDE, normalization: NORMALIZATION },
    });
    const ids = Int32Array.of(2, 17, 45, 3, 2, 70, 3, 0);
    const mask = Int32Array.of(1, 1, 1, 1, 1, 1, 1, 0);
    const [picture] = samplePictures(SIDE);
    const web = [
      await run(text.onnx, {
        input_ids: new Tensor('int32', ids, [2, 4]),
        attention_mask: new Tensor('int32', mask, [2, 4]),
      }),
      await run(image.onnx, { pixels: new Tensor('float32', picture, [1, 3, SIDE, SIDE]) }),
    ];
    const textSession = await NodeSession.create(text.onnx);
    const imageSession = await NodeSession.create(image.onnx);
    const node = [
      await textSession.run({
        input_ids: new NodeTensor('int32', ids, [2, 4]),
        attention_mask: new NodeTensor('int32', mask, [2, 4]),
      }),
      await imageSession.run({ pixels: new NodeTensor('float32', picture, [1, 3, SIDE, SIDE]) }),
    ];
    for (const [m, { taps }] of [text, image].entries()) {
      for (const tap of taps) {
        const [a, b] = [web[m][tap].data as Float32Array, node[m][tap].data as Float32Array];
        expect(cosine(a, b), tap).toBeGreaterThan(0.999);
      }
    }
  });
});

async function run(onnx: Uint8Array, feeds: Record<string, Web.Tensor>) {
  const session = await InferenceSession.create(onnx, { executionProviders: ['wasm'] });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}
