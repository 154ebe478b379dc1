import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../../src/core/common/random';
import type { TextPreset } from '../../../src/core/encoders';
import { DialectWriter } from '../../../testing/models/dialect';
import { tokenizerJson } from '../../../testing/models/repositories';
import { wordPieces } from './texts';

/** Sizes of all-MiniLM-L6-v2. */
const LAYERS = 6;
const WIDTH = 384;
const HEADS = 12;
const INNER = 1536;
const POSITIONS = 512;
const MAX_TOKENS = 128;

/** Layers whose averaged tokens are a separate output; the last one is the model's last layer. */
const POOLED = [3, LAYERS];

/** Taps that Sidestream reads from the model. */
export const MINILM_TAPS: TextPreset['taps'] = POOLED.map((layer) => ({ name: `layer_${layer}`, width: WIDTH }));

/** Settings of its tokeniser. */
export const MINILM_TOKENS = { maxTokens: MAX_TOKENS, prefix: '', padId: 0 };

/**
 * Writes a BERT of the size of MiniLM with random weights in the layout of a hub repository: `config.json`,
 * `tokenizer.json`, `tokenizer_config.json` and `onnx/model.onnx`. The graph is like one written by torch.onnx, with the
 * averaged tokens of two layers as further outputs.
 */
export async function writeMiniLm(folder: string): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const vocabulary = wordPieces();
  const config = {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_act: 'gelu',
    vocab_size: vocabulary.length,
    hidden_size: WIDTH,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    intermediate_size: INNER,
    max_position_embeddings: POSITIONS,
    type_vocab_size: 2,
    pad_token_id: 0,
  };
  const special = { pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]' };
  const files: Record<string, string | Uint8Array> = {
    'config.json': JSON.stringify(config),
    'tokenizer.json': tokenizerJson(vocabulary),
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'BertTokenizer',
      model_max_length: MAX_TOKENS,
      do_lower_case: true,
      ...special,
    }),
    'onnx/model.onnx': miniLmGraph(vocabulary.length),
  };
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
}

function miniLmGraph(words: number): Uint8Array {
  const writer = new DialectWriter('torchscript');
  const { graph } = writer;
  const random = seededRandom(15);
  /** Uniform, with the given deviation. */
  const drawn = (size: number, deviation: number, center = 0): Float32Array =>
    Float32Array.from({ length: size }, () => center + (random() * 2 - 1) * Math.sqrt(3) * deviation);
  const dense = (x: string, rows: number, columns: number): string =>
    writer.linear(x, drawn(rows * columns, 1 / Math.sqrt(rows)), drawn(columns, 0.02), rows, columns);
  const norm = (x: string): string => writer.layerNorm(x, drawn(WIDTH, 0.1, 1), drawn(WIDTH, 0.1), 1e-12);

  const [ids, mask, types] = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    graph.input(name, 'int64', ['batch_size', 'sequence_length']),
  );
  const table = (rows: number): string => writer.float(drawn(rows * WIDTH, 0.5), [rows, WIDTH]);
  const typed = writer.op('Add', [writer.op('Gather', [table(words), ids]), writer.op('Gather', [table(2), types])]);
  const tokens = writer.op('Slice', [writer.op('Shape', [ids]), writer.int64([1]), writer.int64([2])]);
  const positions = writer.op('Slice', [table(POSITIONS), writer.int64([0]), tokens, writer.int64([0])]);
  let x = norm(writer.op('Add', [typed, positions]));

  const spread = writer.op('Cast', [writer.op('Unsqueeze', [mask, writer.int64([1, 2])])], { to: 1 });
  const bias = writer.op('Mul', [writer.op('Sub', [writer.scalar(1), spread]), writer.scalar(-10_000)]);
  const present = writer.op('Cast', [writer.op('Unsqueeze', [mask, writer.int64([1])])], { to: 1 });
  const count = writer.op('ReduceSum', [present, writer.int64([2])], { keepdims: 1 });
  for (let layer = 1; layer <= LAYERS; layer++) {
    const [query, key, value] = ['query', 'key', 'value'].map((part) => {
      const split = writer.reshape(dense(x, WIDTH, WIDTH), [HEADS, WIDTH / HEADS]);
      return writer.op('Transpose', [split], { perm: part === 'key' ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    });
    const scores = writer.op('Div', [writer.op('MatMul', [query, key]), writer.scalar(Math.sqrt(WIDTH / HEADS))]);
    const shares = writer.op('Softmax', [writer.op('Add', [scores, bias])], { axis: -1 });
    const mixed = writer.op('Transpose', [writer.op('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
    x = norm(writer.op('Add', [dense(writer.reshape(mixed, [WIDTH]), WIDTH, WIDTH), x]));
    x = norm(writer.op('Add', [dense(writer.gelu(dense(x, WIDTH, INNER)), INNER, WIDTH), x]));
    if (!POOLED.includes(layer)) continue;
    const mean = writer.op('Div', [writer.op('MatMul', [present, x]), count]);
    graph.node('Reshape', `layer_${layer}`, [mean, writer.int64([0, -1])]);
    graph.output(`layer_${layer}`, ['batch_size', WIDTH]);
  }
  graph.node('Identity', 'last_hidden_state', [x]);
  graph.output('last_hidden_state', ['batch_size', 'sequence_length', WIDTH]);
  return graph.encode(['last_hidden_state', ...MINILM_TAPS.map(({ name }) => name)]);
}
