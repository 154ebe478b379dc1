import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/common/bytes';
import { cosine } from '../../../testing/cosine';
import { DIALECTS } from '../../../testing/models/dialect';
import { bertStates, type Kind, vitStates } from '../../../testing/models/plain-transformer';
import { BERT, bertModel, CLIP, DINO, VIT, vitModel } from '../../../testing/models/tiny-model';
import { SIDE, TINY } from '../../../testing/models/tiny-weights';
import { onnx } from '../onnx/onnx';
import { OnnxModel } from '../onnx/onnx-model';
import { type AdaptRequest, adaptModel } from './adapt';
import { samplePictures } from './agreement';

const { width } = TINY;
const TEXTS = [
  [2, 17, 45, 99, 8, 3],
  [2, 70, 3],
  [2, 5, 6, 7, 110, 3],
];
const NORMALIZATION = { scale: 1, mean: [0.5, 0.4, 0.45], deviation: [0.25, 0.3, 0.28] };
const IMAGE = { size: SIDE, normalization: NORMALIZATION };

const request = (change: Partial<AdaptRequest> = {}): AdaptRequest => ({
  pooling: 'mean',
  layers: [0, 1, 2, 3],
  taps: 3,
  notice: 'random weights',
  ...change,
});
const noFile = async () => new Uint8Array();

async function runText(onnx: Uint8Array, taps: string[], texts = TEXTS): Promise<Float32Array[]> {
  const length = Math.max(...texts.map((ids) => ids.length));
  const padded = texts.flatMap((ids) => Array.from({ length }, (_, t) => ids[t] ?? 0));
  const mask = texts.flatMap((ids) => Array.from({ length }, (_, t) => (t < ids.length ? 1 : 0)));
  const [input_ids, attention_mask] = [padded, mask].map(
    (values) => new Tensor('int32', Int32Array.from(values), [texts.length, length]),
  );
  const session = await InferenceSession.create(onnx);
  const outputs = await session.run({ input_ids, attention_mask });
  return taps.map((tap) => outputs[tap].data as Float32Array);
}

function pool(states: number[][], pooling: 'cls' | 'mean'): number[] {
  if (pooling === 'cls') return states[0];
  return states[0].map((_, d) => states.reduce((sum, token) => sum + token[d] / states.length, 0));
}

describe.each(DIALECTS)('a BERT as %s writes it', (dialect) => {
  it.each(['mean', 'cls'] as const)('gives the %s of every hidden state, padding left out', async (pooling) => {
    const { onnx, taps, layers } = await adaptModel(bertModel(dialect), noFile, request({ pooling }));
    expect(layers).toBe(TINY.layers);
    const actual = await runText(onnx, taps);
    for (const [n, ids] of TEXTS.entries()) {
      const states = bertStates(ids, BERT);
      for (const [layer, tap] of actual.entries()) {
        const value = cosine(tap.subarray(n * width, (n + 1) * width), pool(states[layer], pooling));
        expect(value, `layer ${layer}, text ${n}`).toBeGreaterThan(0.9995);
      }
    }
  });
});

const PICTURES: [string, Kind, boolean][] = [
  ['ViT', VIT, false],
  ['DINOv2', DINO, false],
  ['CLIP', CLIP, true],
  ['ViT with the tanh GELU', { ...VIT, activation: 'gelu-tanh' }, false],
];
describe.each(DIALECTS)('image models as %s writes them', (dialect) => {
  it.each(PICTURES)('a %s gives its bare residual stream', async (_, kind, clip) => {
    const asked = request({ image: IMAGE, pooling: 'cls', layers: [1, 2, 3] });
    const { onnx, taps } = await adaptModel(vitModel(dialect, kind, clip), noFile, asked);
    const pictures = samplePictures(SIDE).slice(0, 2);
    const session = await InferenceSession.create(onnx);
    const data = new Float32Array(2 * pictures[0].length);
    for (const [i, picture] of pictures.entries()) data.set(picture, i * picture.length);
    const outputs = await session.run({ pixels: new Tensor('float32', data, [2, 3, SIDE, SIDE]) });
    for (const [n, picture] of pictures.entries()) {
      const area = SIDE ** 2;
      const normal = picture.map((x, i) => {
        const channel = Math.floor(i / area);
        return (x - NORMALIZATION.mean[channel]) / NORMALIZATION.deviation[channel];
      });
      const states = vitStates(normal, kind, clip);
      for (const [i, tap] of taps.entries()) {
        const values = (outputs[tap].data as Float32Array).subarray(n * width, (n + 1) * width);
        expect(cosine(values, states[i + 1][0]), `${tap}, picture ${n}`).toBeGreaterThan(0.9995);
      }
    }
  });
});

describe('an adapted model', () => {
  it('has the inputs of every encoder, and only the operators that its taps need', async () => {
    const { onnx } = await adaptModel(bertModel('torchscript'), noFile, request({ layers: [1, 2] }));
    const session = await InferenceSession.create(onnx);
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask']);
    expect(session.outputNames).toEqual(['layer_1', 'layer_2']);
    const all = await adaptModel(bertModel('torchscript'), noFile, request());
    expect(onnx.length).toBeLessThan(0.8 * all.onnx.length);
  });

  it('is a third of the size, and has the same bytes every time', async () => {
    const original = bertModel('torchscript');
    const adapted = await adaptModel(original, noFile, request());
    expect(adapted.onnx.length).toBeLessThan(original.length / 2.2);
    expect(await sha256((await adaptModel(original, noFile, request())).onnx)).toBe(await sha256(adapted.onnx));
  });

  it('may keep its tensors in a separate file', async () => {
    const model = onnx.ModelProto.decode(bertModel('dynamo'));
    const largest = model.graph?.initializer?.find(({ name }) => name === 'param_1');
    const bytes = largest?.rawData ?? new Uint8Array();
    const file = new Uint8Array(bytes.length + 16);
    file.set(bytes, 16);
    const entries = { location: 'model.onnx_data', offset: '16', length: String(bytes.length) };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    Object.assign(largest ?? {}, { rawData: new Uint8Array(), dataLocation: 1, externalData });
    const asked: string[] = [];
    const read = async (location: string) => {
      asked.push(location);
      return file;
    };
    const split = await adaptModel(onnx.ModelProto.encode(model).finish(), read, request());
    expect(asked).toContain('model.onnx_data');
    const whole = await adaptModel(bertModel('dynamo'), noFile, request());
    expect(await sha256(split.onnx)).toBe(await sha256(whole.onnx));
  });

  it('spreads its layers evenly, with the last, and without the constant first one for cls', async () => {
    const spread = async (pooling: 'cls' | 'mean', taps: number) =>
      (await adaptModel(bertModel('dynamo'), noFile, request({ layers: undefined, pooling, taps }))).taps;
    expect(await spread('mean', 4)).toEqual(['layer_0', 'layer_1', 'layer_2', 'layer_3']);
    expect(await spread('mean', 2)).toEqual(['layer_0', 'layer_3']);
    expect(await spread('cls', 3)).toEqual(['layer_1', 'layer_2', 'layer_3']);
  });
});

describe('an encoder that computes on bytes', () => {
  it('gives nearly the taps of the float one, whatever texts are beside, and says so', async () => {
    const float = await adaptModel(bertModel('torchscript'), noFile, request());
    const bytes = await adaptModel(bertModel('torchscript'), noFile, request({ compute: 'int8' }));
    expect([float.compute, bytes.compute]).toEqual(['float', 'int8']);
    const [expected, actual] = [await runText(float.onnx, float.taps), await runText(bytes.onnx, bytes.taps)];
    for (const [t, tap] of expected.entries()) {
      for (let n = 0; n < TEXTS.length; n++) {
        const row = (values: Float32Array) => values.subarray(n * width, (n + 1) * width);
        expect(cosine(row(tap), row(actual[t]))).toBeGreaterThan(0.995);
      }
    }
    const alone = await runText(bytes.onnx, bytes.taps, [TEXTS[0]]);
    for (const [t, tap] of alone.entries()) {
      for (const [d, value] of tap.entries()) expect(actual[t][d]).toBeCloseTo(value, 5);
    }
  });

  it('may have been one before: its products stay as they are', async () => {
    const { compute, onnx: adapted } = await adaptModel(bertModel('dynamic-int8'), noFile, request());
    expect(compute).toBe('int8');
    const ops = onnx.ModelProto.decode(adapted).graph?.node?.map(({ opType }) => opType);
    expect(ops?.filter((op) => op === 'MatMulInteger')).toHaveLength(6 * TINY.layers);
  });
});

describe('a model that cannot be taken apart', () => {
  const refused = (bytes: Uint8Array, change: Partial<AdaptRequest> = {}) =>
    expect(adaptModel(bytes, noFile, request(change))).rejects;

  it('is refused with a reason: not ONNX, cut short, no attention, fixed batch, strange inputs', async () => {
    await refused(new TextEncoder().encode('not an onnx file')).toMatchObject({ code: 'encoder/unsupported-graph' });
    const whole = bertModel('dynamo');
    await refused(whole.subarray(0, whole.length - 5000)).toMatchObject({ code: 'encoder/unsupported-graph' });
    await refused(vitModel('dynamo')).toMatchObject({
      code: 'encoder/unsupported-graph',
      message: expect.stringContaining('pixel_values'),
    });
    const fixed = onnx.ModelProto.decode(vitModel('dynamo'));
    const batch = fixed.graph?.input?.[0].type?.tensorType?.shape?.dim?.[0];
    Object.assign(batch ?? {}, { dimParam: undefined, dimValue: 1 });
    await refused(onnx.ModelProto.encode(fixed).finish(), { image: IMAGE }).toMatchObject({
      code: 'encoder/unsupported-graph',
      message: expect.stringContaining('batch of 1'),
    });
    await refused(convolutional(), { image: IMAGE }).toMatchObject({
      code: 'encoder/unsupported-graph',
      message: expect.stringContaining('no attention layers'),
    });
  });

  it('is refused for missing layers', async () => {
    for (const layers of [[1], [0, 4], [2, 1], [1, 1]]) {
      await refused(bertModel('tf'), { layers }).toMatchObject({ code: 'encoder/bad-settings' });
    }
  });

  it('is refused when the picture it is fixed to is of another size', async () => {
    await refused(vitModel('dynamo'), { image: { ...IMAGE, size: 64 } }).toMatchObject({
      code: 'encoder/bad-settings',
      message: expect.stringContaining('32'),
    });
  });
});

/** A residual stream without attention. */
function convolutional(): Uint8Array {
  const graph = OnnxModel.empty('resnet');
  let x = graph.input('pixels', 'float32', ['batch', 3, 8, 8]);
  for (let i = 0; i < 3; i++) {
    const conv = graph.node('Conv', `conv${i}`, [
      x,
      graph.float(`kernel${i}`, [3, 3, 1, 1], new Float32Array(9).fill(1)),
    ]);
    x = graph.node('Add', `add${i}`, [x, conv]);
  }
  graph.output(x, ['batch', 3, 8, 8]);
  return graph.encode([x]);
}
