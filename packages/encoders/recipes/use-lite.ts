import * as v from 'valibot';
import { joinBytes, quantizeRow } from '../../../src/core/common/bytes';
import { OnnxModel } from '../onnx';
import { licenseNotice, manifestSchema, type Recipe, readText, TfjsWeights } from './recipe';

const MAX_TOKENS = 128;
const HEADS = 4;
const WIDTH = 512;
const FFN = 1536;
/** Width of the token embeddings, which is also the attention width of the first layer. */
const EMBEDDING = 256;
const VOCABULARY = 8002;
/** Weights that share one scale. */
const BLOCK = 64;

const ENCODE = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const modelSchema = v.object({ weightsManifest: manifestSchema });

/**
 * Universal Sentence Encoder Lite (Cer et al., arXiv 1803.11175): a transformer of two layers over SentencePiece
 * tokens. Inputs `input_ids` and `attention_mask`, int32 [batch, tokens]. Taps `embedding`, `layer_0` and `layer_1`,
 * masked means over tokens, and `sentence`, the encoder's own unit vector.
 */
export const useLite: Recipe = async (read, taps) => {
  const { weightsManifest } = v.parse(modelSchema, JSON.parse(await readText(read, 'dist/model.json')));
  const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths.map((path) => read(`dist/${path}`))));
  const weights = new TfjsWeights(weightsManifest, joinBytes(shards));
  return {
    onnx: buildGraph(weights, taps, await licenseNotice(read, 'Weight matrices were changed to 8-bit blocks.')),
    tokenizer: unigramTokenizer(JSON.parse(await readText(read, 'dist/vocab.json'))),
  };
};

function buildGraph(weights: TfjsWeights, taps: readonly string[], notice: string): Uint8Array {
  const graph = OnnxModel.empty('use-lite');
  const ids = graph.input('input_ids', 'int32', ['batch', 'tokens']);
  const given = graph.input('attention_mask', 'int32', ['batch', 'tokens']);
  const mask = graph.node('Cast', 'mask', [given], { to: 1 });
  const axis = (name: string, values: number[]) => graph.int64(`axes/${name}`, values);
  const last = axis('last', [2]);

  // Masked mean: sum over real tokens divided by their number, at least 1: an empty text gives zeros.
  const column = graph.node('Unsqueeze', 'mask/column', [mask, last]);
  const tokens = graph.node('ReduceSum', 'mask/sum', [mask, axis('tokens', [1])], { keepdims: 1 });
  const divisor = graph.node('Max', 'mask/count', [tokens, graph.float('one', [1], [1])]);
  const pool = (name: string, value: string, width: number): string => {
    const kept = graph.node('Mul', `${name}/kept`, [value, column]);
    const sum = graph.node('ReduceSum', `${name}/sum`, [kept, 'axes/tokens'], { keepdims: 0 });
    graph.node('Div', name, [sum, divisor]);
    graph.output(name, ['batch', width]);
    return name;
  };

  // Additive attention bias, 0 for real tokens and -1e9 for padding, broadcast over heads and queries.
  const padding = graph.node('Sub', 'mask/padding', ['one', mask]);
  const penalty = graph.node('Mul', 'mask/penalty', [padding, graph.float('far', [1], [-1e9])]);
  const bias = graph.node('Unsqueeze', 'mask/bias', [penalty, axis('heads', [1, 2])]);

  const embeddings = weights.floats('module/Embeddings_en');
  graph.append(graph.int8Rows('embedding/table', embeddings, BLOCK, [VOCABULARY, EMBEDDING]));
  const embedded = graph.node('Gather', 'embedding/tokens', ['embedding/table', ids], { axis: 0 });
  pool('embedding', embedded, EMBEDDING);

  // The original adds its embeddings to themselves plus the timing signal.
  const timing = graph.float('timing/table', [MAX_TOKENS, EMBEDDING], timingSignal(weights));
  const shape = graph.node('Shape', 'timing/shape', [ids], { start: 1, end: 2 });
  const zero = graph.int64('zero', [0]);
  const signal = graph.node('Slice', 'timing/signal', [timing, zero, shape, zero]);
  const doubled = graph.node('Add', 'embedding/doubled', [embedded, embedded]);
  let x = graph.node('Add', 'embedding/timed', [doubled, signal]);
  for (const [layer, width] of [EMBEDDING, WIDTH].entries()) {
    x = transformerLayer(graph, weights, x, bias, layer, width);
    pool(`layer_${layer}`, x, WIDTH);
  }

  const tanh = 'module/Encoder_en/hidden_layers/tanh_layer_0';
  const dense = int8Matrix(graph, 'sentence/weight', weights.floats(`${tanh}/weights`), WIDTH, WIDTH);
  const product = graph.node('MatMul', 'sentence/product', ['layer_1', dense]);
  const shift = graph.float('sentence/bias', [WIDTH], weights.floats(`${tanh}/bias`));
  const biased = graph.node('Add', 'sentence/biased', [product, shift]);
  const hidden = graph.node('Tanh', 'sentence/tanh', [biased]);
  const norm = graph.node('ReduceL2', 'sentence/norm', [hidden], { axes: [1], keepdims: 1 });
  graph.node('Div', 'sentence', [hidden, norm]);
  graph.output('sentence', ['batch', WIDTH]);
  return graph.encode(taps, notice);
}

/** Pre-norm transformer layer; the first one widens its residual from 256 to 512 with a dense layer. */
function transformerLayer(
  graph: OnnxModel,
  weights: TfjsWeights,
  input: string,
  bias: string,
  layer: number,
  width: number,
): string {
  const name = (part: string) => `layer_${layer}/${part}`;
  const path = `${ENCODE}/Layer_${layer}/TransformerLayer`;
  const vector = (part: string, weight: string, size: number) =>
    graph.float(name(part), [size], weights.floats(`${path}/${weight}/ConcatPartitions/concat`));
  const norm = (part: string, value: string, scope: string, size: number) => {
    const [scale, shift] = ['scale', 'bias'].map((one) =>
      vector(`${part}/${one}`, `${scope}layer_prepostprocess/layer_norm/layer_norm_${one}`, size),
    );
    const attributes = { axis: -1, epsilon: { float: 1e-6 } };
    return graph.node('LayerNormalization', name(part), [value, scale, shift], attributes);
  };
  // The package has the matrices of each kind of layer under names of their own.
  const kernelOf = (scope: string): string => {
    if (scope === 'dense') return `${path}/dense/kernel/ConcatPartitions/concat`;
    return scope.startsWith('FFN')
      ? `${ENCODE}/TransformerStack/Layer_${layer}/TransformerLayer/${scope}/Tensordot/Reshape_1`
      : `module/Encoder_en/KonaTransformer/Encode/Layer_${layer}/TransformerLayer/${scope}/kernel/part_0`;
  };
  const dense = (part: string, value: string, scope: string, rows: number, columns: number) => {
    const weight = int8Matrix(graph, name(`${part}/weight`), weights.floats(kernelOf(scope)), rows, columns);
    const product = graph.node('MatMul', name(`${part}/product`), [value, weight]);
    return graph.node('Add', name(part), [product, vector(`${part}/bias`, `${scope}/bias`, columns)]);
  };

  const normed = norm('attention/norm', input, '', width);
  const qkv = dense('attention/qkv', normed, 'MultiheadAttention/qkv_transform_single', width, 3 * width);
  const split = graph.int64(name('attention/split'), [width, width, width]);
  const named = ['query', 'key', 'value'].map((part) => name(`attention/${part}`));
  const parts = graph.nodeOf('Split', named, [qkv, split], { axis: 2 });
  // [batch, tokens, width] -> [batch, heads, tokens, width / heads]; keys transposed for the product.
  const headDims = graph.int64(name('attention/head-dims'), [0, 0, HEADS, width / HEADS]);
  const [query, key, value] = parts.map((part, i) => {
    const reshaped = graph.node('Reshape', `${part}/reshaped`, [part, headDims]);
    return graph.node('Transpose', `${part}/heads`, [reshaped], { perm: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] });
  });
  const factor = graph.float(name('attention/factor'), [1], [1 / Math.sqrt(width / HEADS)]);
  const scaled = graph.node('Mul', name('attention/query/scaled'), [query, factor]);
  const logits = graph.node('MatMul', name('attention/logits'), [scaled, key]);
  const biased = graph.node('Add', name('attention/biased'), [logits, bias]);
  const shares = graph.node('Softmax', name('attention/shares'), [biased], { axis: -1 });
  const mixed = graph.node('MatMul', name('attention/mixed'), [shares, value]);
  const ordered = graph.node('Transpose', name('attention/ordered'), [mixed], { perm: [0, 2, 1, 3] });
  const whole = graph.int64(name('attention/dims'), [0, 0, width]);
  const joined = graph.node('Reshape', name('attention/joined'), [ordered, whole]);
  const attended = dense('attention/output', joined, 'MultiheadAttention/output_transform_single', width, WIDTH);
  const residual = width === WIDTH ? input : dense('residual', input, 'dense', width, WIDTH);
  const middle = graph.node('Add', name('attention/sum'), [attended, residual]);

  const inner = norm('ffn/norm', middle, 'FFN/', WIDTH);
  const wide = dense('ffn/wide', inner, 'FFN/conv1', WIDTH, FFN);
  const active = graph.node('Relu', name('ffn/relu'), [wide]);
  const narrow = dense('ffn/narrow', active, 'FFN/conv2', FFN, WIDTH);
  return graph.node('Add', name('output'), [narrow, middle]);
}

/** [128, 256]: sine then cosine of position times frequency. A table, because a GPU's own sine is not exact enough. */
function timingSignal(weights: TfjsWeights): Float32Array {
  const frequencies = weights.floats(`${ENCODE}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`);
  const half = EMBEDDING / 2;
  const table = new Float32Array(MAX_TOKENS * EMBEDDING);
  for (let position = 0; position < MAX_TOKENS; position++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * frequencies[i]);
      table[position * EMBEDDING + i] = Math.sin(angle);
      table[position * EMBEDDING + half + i] = Math.cos(angle);
    }
  }
  return table;
}

/**
 * Stores a weight matrix as int8 in blocks of 64 down each column.
 * @param values [rows, columns], row-major; rows a multiple of 64
 * @returns the name of the float32 matrix
 */
function int8Matrix(model: OnnxModel, name: string, values: Float32Array, rows: number, columns: number): string {
  const blocks = rows / BLOCK;
  const quantized = new Int8Array(values.length);
  const scales = new Float32Array(blocks * columns);
  const [part, bytes] = [new Float32Array(BLOCK), new Int8Array(BLOCK)];
  for (let b = 0; b < blocks; b++) {
    for (let c = 0; c < columns; c++) {
      const at = (row: number): number => (b * BLOCK + row) * columns + c;
      for (let row = 0; row < BLOCK; row++) part[row] = values[at(row)];
      scales[b * columns + c] = quantizeRow(part, bytes, 0);
      for (let row = 0; row < BLOCK; row++) quantized[at(row)] = bytes[row];
    }
  }
  const stored: [Int8Array, number[]] = [quantized, [blocks, BLOCK, columns]];
  model.append(model.int8Blocks(name, stored, [scales, [blocks, 1, columns]], [rows, columns]));
  return name;
}

const vocabularySchema = v.array(v.tuple([v.string(), v.nullable(v.number())]));

/** Unknown, control and user-defined symbols at the start of the vocabulary; they never stand for text. */
const RESERVED = 6;

/**
 * Writes the SentencePiece vocabulary of the encoder as a `tokenizer.json` with a Unigram model. Text is NFKC-normalised,
 * runs of white space become one space and the ends are trimmed, as SentencePiece's own `nmt_nfkc` rule does.
 * @param vocabulary list of [piece, log probability], likely pieces first; the package lost a few probabilities
 * (null), which are taken from the piece before
 */
export function unigramTokenizer(vocabulary: unknown): string {
  // A plain space never reaches the model, so reserved symbols under such names cannot match any text.
  let before = 0;
  const vocab = v.parse(vocabularySchema, vocabulary).map(([piece, score], id) => {
    before = score ?? before;
    return [id > 0 && id < RESERVED ? `reserved ${id}` : piece, before];
  });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFKC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Strip', strip_left: true, strip_right: true },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false },
    model: { type: 'Unigram', unk_id: 0, vocab, byte_fallback: false },
  });
}
