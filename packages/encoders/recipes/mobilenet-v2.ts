import * as v from 'valibot';
import { OnnxModel } from '../onnx';
import { licenseNotice, manifestSchema, type Recipe, readText, TfjsWeights } from './recipe';

const FOLDER = 'dist/models/mobilenet_v2';
const SIZE = 224;
const BATCH_NORM_EPSILON = 1e-3;

/**
 * Output channels of the inverted residual blocks 1 to 16, number of such blocks, and stride of the first of them (Sandler et al.,
 * arXiv 1801.04381, table 2).
 */
const BLOCKS = [
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
].flatMap(([width, count, stride]) =>
  Array.from({ length: count }, (_, n) => ({ width, stride: n === 0 ? stride : 1 })),
);
const EXPANSION = 6;

const modelSchema = v.object({ weightsManifest: manifestSchema });

/**
 * MobileNetV2 (Sandler et al., arXiv 1801.04381). Input `pixels`, float32 [batch, 3, 224, 224], 0..1. Taps `block_1` to
 * `block_16`: the average over the picture of a block's expanded activations. The weights keep their original 8 bits, so
 * nothing is lost; the layers after the last tap, which serve another task, are left out.
 */
export const mobilenetV2: Recipe = async (read, taps) => {
  const [model, shard] = await Promise.all(
    ['model.min.js', 'group1-shard1of1.min.js'].map((file) => readText(read, `${FOLDER}/${file}`)),
  );
  const { weightsManifest } = v.parse(modelSchema, minifiedObject(model));
  const weights = new TfjsWeights(weightsManifest, base64(shard));
  return { onnx: buildGraph(weights, taps, await licenseNotice(read, 'The last layers were left out.')) };
};

function buildGraph(weights: TfjsWeights, taps: readonly string[], notice: string): Uint8Array {
  const graph = OnnxModel.empty('mobilenet-v2');
  const pixels = graph.input('pixels', 'float32', ['batch', 3, SIZE, SIZE]);
  const bounds = [graph.float('zero', [], [0]), graph.float('six', [], [6])];
  const relu6 = (name: string, value: string) => graph.node('Clip', name, [value, ...bounds]);
  const conv = (name: string, value: string, norm: string, kind: ConvKind) =>
    convolution(graph, weights, name, value, norm, kind);
  const tap = (name: string, value: string, width: number) => {
    const pooled = graph.node('GlobalAveragePool', `${name}/pooled`, [value]);
    graph.node('Flatten', name, [pooled], { axis: 1 });
    graph.output(name, ['batch', width]);
  };

  const first = relu6('Conv1_relu', conv('Conv1', pixels, 'bn_Conv1', { size: 3, stride: 2 }));
  const depthwise = conv('expanded_conv_depthwise', first, 'expanded_conv_depthwise_BN', {
    size: 3,
    stride: 1,
    groups: 32,
  });
  const narrow = relu6('expanded_conv_depthwise_relu', depthwise);
  let x = conv('expanded_conv_project', narrow, 'expanded_conv_project_BN', { size: 1, stride: 1 });
  let channels = 16;
  for (const [index, { stride, width }] of BLOCKS.entries()) {
    const block = `block_${index + 1}`;
    const groups = channels * EXPANSION;
    const wide = relu6(
      `${block}_expand_relu`,
      conv(`${block}_expand`, x, `${block}_expand_BN`, { size: 1, stride: 1 }),
    );
    tap(block, wide, groups);
    const spread = conv(`${block}_depthwise`, wide, `${block}_depthwise_BN`, { size: 3, stride, groups });
    const active = relu6(`${block}_depthwise_relu`, spread);
    const out = conv(`${block}_project`, active, `${block}_project_BN`, { size: 1, stride: 1 });
    x = stride === 1 && width === channels ? graph.node('Add', `${block}_add`, [x, out]) : out;
    channels = width;
  }
  return graph.encode(taps, notice);
}

interface ConvKind {
  size: 1 | 3;
  stride: number;
  /** Channels of a depthwise convolution; absent for an ordinary one. */
  groups?: number;
}

/**
 * Convolution and the batch normalisation after it. With the stored byte q, kernel = q * scale + min; with
 * a = gamma / sqrt(variance + epsilon) per output channel the normalised kernel is q * (scale * a) + min * a and the bias
 * beta - mean * a: one Cast, one Mul, one Add, which runtimes fold when they load the file.
 */
function convolution(
  graph: OnnxModel,
  weights: TfjsWeights,
  name: string,
  value: string,
  norm: string,
  kind: ConvKind,
): string {
  const { size, stride, groups } = kind;
  const kernel = `${name}/${groups ? 'depthwise_kernel' : 'kernel'}`;
  const { shape, bytes, quantization } = weights.get(kernel);
  if (!quantization) throw new Error(`"${kernel}" is not stored in 8 bits`);
  // tfjs keeps [height, width, in, out], or [height, width, channels, 1] for depthwise; ONNX wants [out, in, height, width].
  const [inputs, outputs] = groups ? [1, groups] : shape.slice(2);
  const stored = groups ? transpose(bytes, size * size, groups) : transpose(bytes, size * size * inputs, outputs);
  const ordered = groups || size === 1 ? stored : planes(stored, outputs, size * size, inputs);

  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) =>
    weights.floats(`${norm}/${part}`),
  );
  const a = gamma.map((g, i) => g / Math.sqrt(variance[i] + BATCH_NORM_EPSILON));
  const bytesName = graph.store(`${name}/uint8`, [outputs, inputs, size, size], ordered);
  const cast = graph.node('Cast', `${name}/cast`, [bytesName], { to: 1 });
  const dims = [outputs, 1, 1, 1];
  const [scales, offsets] = [quantization.scale, quantization.min].map((factor) => a.map((x) => x * factor));
  const scale = graph.float(`${name}/scale`, dims, scales);
  const offset = graph.float(`${name}/offset`, dims, offsets);
  const scaled = graph.node('Mul', `${name}/scaled`, [cast, scale]);
  const weight = graph.node('Add', `${name}/weight`, [scaled, offset]);
  const biases = beta.map((b, i) => b - mean[i] * a[i]);
  const bias = graph.float(`${name}/bias`, [outputs], biases);
  // Keras pads a 3x3 stride-2 convolution at the far edges only.
  const pads = size === 1 ? [0, 0, 0, 0] : stride === 2 ? [0, 0, 1, 1] : [1, 1, 1, 1];
  return graph.node('Conv', name, [value, weight, bias], {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads,
    group: groups ?? 1,
  });
}

/** [rows, columns] -> [columns, rows] */
function transpose(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = bytes[r * columns + c];
  return out;
}

/** [outputs, area, inputs] -> [outputs, inputs, area] */
function planes(bytes: Uint8Array, outputs: number, area: number, inputs: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const step = area * inputs;
  for (let o = 0; o < outputs; o++)
    out.set(transpose(bytes.subarray(o * step, (o + 1) * step), area, inputs), o * step);
  return out;
}

/**
 * The object literal that a minified module exports. Quotes the keys and expands the minifier's abbreviations, to parse it
 * as JSON instead of running it.
 */
function minifiedObject(source: string): unknown {
  const literal = /\.exports=(\{.*\})\},\{\}\]\},\{\},\[1\]\)\(1\)\}\);?\s*$/s.exec(source)?.[1] ?? '';
  const json = literal.replace(/"(?:[^"\\]|\\.)*"|!0|!1|[A-Za-z_$][\w$]*(?=:)|(?<![\w.])\.(?=\d)/g, (match) =>
    match[0] === '"' ? match : match === '!0' ? 'true' : match === '!1' ? 'false' : match === '.' ? '0.' : `"${match}"`,
  );
  return JSON.parse(json);
}

const base64 = (source: string): Uint8Array =>
  Uint8Array.from(atob(/\.exports="([A-Za-z0-9+/=]+)"/.exec(source)?.[1] ?? ''), (char) => char.charCodeAt(0));
