import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  type LayersModel,
  model as layersModel,
  loadLayersModel,
  type SymbolicTensor,
  setBackend,
  type Tensor,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EncoderFiles } from '../../../src/core/encoders/session';
import { cosine } from '../../../testing/cosine';
import { mobilenetV2 } from './mobilenet-v2';

const PACKAGE = new URL('../../../node_modules/nsfwjs/', import.meta.url);
const read = async (path: string) => new Uint8Array(await readFile(new URL(path, PACKAGE)));
const require = createRequire(import.meta.url);
const SIDE = 224;
const OUTPUTS = Array.from({ length: 16 }, (_, i) => `block_${i + 1}`);

/** A picture of smooth waves with a hard edge: [224, 224, 3], 0..1. */
function picture(seed: number): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE), i % 3];
    const wave = 0.5 + 0.5 * Math.sin((x * (c + 1 + seed) + y * (2 * seed + 1)) / 25);
    return x + y > 120 * seed + 60 ? wave : 1;
  });
}

describe('the mobilenet-v2 recipe', () => {
  let built: EncoderFiles;
  let session: InferenceSession;
  let original: LayersModel;

  beforeAll(async () => {
    built = await mobilenetV2(read, OUTPUTS);
    session = await InferenceSession.create(built.onnx);
    await setBackend('wasm');
    const {
      modelTopology,
      weightsManifest,
    } = require('../../../node_modules/nsfwjs/dist/models/mobilenet_v2/model.min.js');
    const shard = require('../../../node_modules/nsfwjs/dist/models/mobilenet_v2/group1-shard1of1.min.js');
    const weightData = Uint8Array.from(Buffer.from(shard, 'base64')).buffer;
    const loaded = await loadLayersModel({
      load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
    });
    const taps = OUTPUTS.map((name) => loaded.getLayer(`${name}_expand_relu`).output as SymbolicTensor);
    original = layersModel({ inputs: loaded.inputs, outputs: taps });
  });

  it('keeps a cosine of .999 to the original at every output', async () => {
    for (const seed of [0, 1, 2]) {
      const pixels = picture(seed);
      const expected = tidy(() => {
        const taps = original.predict(tensor4d(pixels, [1, SIDE, SIDE, 3])) as Tensor[];
        return taps.map((tap) => tap.mean([1, 2]).dataSync());
      });
      const planar = Float32Array.from(
        pixels,
        (_, i) => pixels[(i % (SIDE * SIDE)) * 3 + Math.floor(i / (SIDE * SIDE))],
      );
      const actual = await session.run({ pixels: new OrtTensor('float32', planar, [1, 3, SIDE, SIDE]) });
      for (const [i, name] of OUTPUTS.entries()) {
        const value = cosine(actual[name].data as Float32Array, expected[i]);
        expect(value, `${name} of picture ${seed}`).toBeGreaterThanOrEqual(0.999);
      }
    }
  });
});
