import { type Dialect, DialectWriter } from './dialect';
import type { Kind } from './plain-transformer';
import { gain, PATCH, PATCHES, POSITIONS, SIDE, TINY, VOCABULARY, weight } from './tiny-weights';

const { layers, width, heads, inner } = TINY;

export const BERT: Kind = { preNorm: false, epsilon: 1e-12, activation: 'gelu' };
export const VIT: Kind = { preNorm: true, epsilon: 1e-6, activation: 'gelu' };
export const DINO: Kind = { ...VIT, layerScale: true };
export const CLIP: Kind = { preNorm: true, epsilon: 1e-5, activation: 'quick-gelu' };

/** A BERT with random weights, including its pooler, as an exporter of that dialect writes it. */
export function bertModel(dialect: Dialect, kind: Kind = BERT): Uint8Array {
  const writer = new DialectWriter(dialect);
  const { graph } = writer;
  const tf = dialect === 'tf';
  const names = tf ? ['ids:0', 'input_mask:0', 'segment_ids:0'] : ['input_ids', 'attention_mask', 'token_type_ids'];
  const type = tf ? 'int32' : 'int64';
  const [ids, mask, types] = names.map((name) => graph.input(name, type, ['batch_size', 'sequence_length']));

  const table = (name: string, rows: number) =>
    writer.float(weight(name, 120 * width, 0.5).slice(0, rows * width), [rows, width]);
  const words = writer.op('Gather', [table('words', VOCABULARY), ids]);
  const typed = writer.op('Add', [words, writer.op('Gather', [table('types', 2), types])]);
  // Positions 0, 1, 2 …, one per token.
  const tokens = writer.op('Slice', [writer.op('Shape', [ids]), writer.int64([1]), writer.int64([2])]);
  const axis = writer.int64([0]);
  const positions = writer.op('Slice', [table('positions', POSITIONS), writer.int64([0]), tokens, axis]);
  const embedded = norm(writer, writer.op('Add', [typed, positions]), 'embeddings', kind);

  const spread = writer.op('Unsqueeze', [mask, writer.int64([1, 2])]);
  const absent = writer.op('Sub', [writer.scalar(1), writer.op('Cast', [spread], { to: 1 })]);
  const bias = writer.op('Mul', [absent, writer.scalar(-10000)]);
  const last = encoder(writer, embedded, kind, bias);
  graph.node('Identity', 'last_hidden_state', [last]);
  graph.output('last_hidden_state', ['batch_size', 'sequence_length', width]);
  const first = writer.op('Gather', [last, graph.store('first', [], new BigInt64Array([0n]))], { axis: 1 });
  const dense = writer.linear(first, weight('pooler', width * width), weight('pooler/bias', width), width, width);
  graph.node('Tanh', 'pooler_output', [dense]);
  graph.output('pooler_output', ['batch_size', width]);
  return graph.encode(['last_hidden_state', 'pooler_output']);
}

/** A ViT, DINOv2 or CLIP vision tower with random weights, including final norm and head. */
export function vitModel(dialect: Dialect, kind: Kind = VIT, clip = false): Uint8Array {
  const writer = new DialectWriter(dialect);
  const { graph } = writer;
  const tf = dialect === 'tf';
  const dims = tf ? ['batch', SIDE, SIDE, 3] : ['batch', 3, SIDE, SIDE];
  const input = graph.input(tf ? 'pixel_values:0' : 'pixel_values', 'float32', dims);
  const pixels = tf ? writer.op('Transpose', [input], { perm: [0, 3, 1, 2] }) : input;
  const kernel = writer.float(weight('patches', width * 3 * PATCH ** 2), [width, 3, PATCH, PATCH]);
  const strides = { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] };
  const conv = clip ? [pixels, kernel] : [pixels, kernel, writer.float(weight('patches/bias', width), [width])];
  const grid = writer.op('Reshape', [writer.op('Conv', conv, strides), writer.int64([0, width, PATCHES])]);
  const patches = writer.op('Transpose', [grid], { perm: [0, 2, 1] });
  const batch = writer.op('Slice', [writer.op('Shape', [pixels]), writer.int64([0]), writer.int64([1])]);
  const shape = writer.op('Concat', [batch, writer.int64([1, width])], { axis: 0 });
  const first = writer.op('Expand', [writer.float(weight('class', width, 0.5), [1, 1, width]), shape]);
  const tokens = writer.op('Concat', [first, patches], { axis: 1 });
  const positions = writer.float(weight('positions', (PATCHES + 1) * width, 0.5), [1, PATCHES + 1, width]);
  const sum = writer.op('Add', [tokens, positions]);
  const last = encoder(writer, clip ? norm(writer, sum, 'pre', kind) : sum, kind, null);
  graph.node('Identity', 'last_hidden_state', [last]);
  graph.output('last_hidden_state', ['batch', PATCHES + 1, width]);
  return graph.encode(['last_hidden_state']);
}

/** @returns the output of the last norm */
function encoder(writer: DialectWriter, embedded: string, kind: Kind, bias: string | null): string {
  let x = embedded;
  const settings = (name: string) => ({ ...parameters(name), epsilon: kind.epsilon });
  let normed = kind.preNorm ? norm(writer, x, '0/attention/norm', kind) : x;
  for (let layer = 0; layer < layers; layer++) {
    for (const part of ['attention', 'mlp'] as const) {
      const name = `${layer}/${part}`;
      let branch = part === 'attention' ? attention(writer, normed, name, bias) : mlp(writer, normed, name, kind);
      if (kind.layerScale) {
        branch = writer.op('Mul', [branch, writer.float(weight(`${name}/scale`, width, 0.1, 0.8), [width])]);
      }
      if (kind.preNorm) {
        const end = layer === layers - 1 ? 'final' : `${layer + 1}/attention/norm`;
        const next = settings(part === 'attention' ? `${layer}/mlp/norm` : end);
        [x, normed] = writer.sumAndNorm(x, branch, next, part === 'attention' || end !== 'final');
      } else {
        x = writer.normOfSum(x, branch, settings(`${name}/norm`));
        normed = x;
      }
    }
  }
  return normed;
}

function attention(writer: DialectWriter, x: string, name: string, bias: string | null): string {
  const size = width / heads;
  const [query, key, value] = ['query', 'key', 'value'].map((part) => {
    const split = writer.reshape(dense(writer, x, `${name}/${part}`, width, width), [heads, size]);
    return writer.op('Transpose', [split], { perm: part === 'key' ? [0, 2, 3, 1] : [0, 2, 1, 3] });
  });
  const scaled = writer.op('Div', [writer.op('MatMul', [query, key]), writer.scalar(Math.sqrt(size))]);
  const shares = writer.op('Softmax', [bias ? writer.op('Add', [scaled, bias]) : scaled], { axis: -1 });
  const mixed = writer.op('Transpose', [writer.op('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
  return dense(writer, writer.reshape(mixed, [width]), `${name}/output`, width, width);
}

function mlp(writer: DialectWriter, x: string, name: string, { activation }: Kind): string {
  const wide = dense(writer, x, `${name}/wide`, width, inner);
  const act = { gelu: 'gelu', 'gelu-tanh': 'geluTanh', 'quick-gelu': 'quickGelu' } as const;
  return dense(writer, writer[act[activation]](wide), `${name}/narrow`, inner, width);
}

function dense(writer: DialectWriter, x: string, name: string, rows: number, columns: number): string {
  return writer.linear(x, weight(name, rows * columns), weight(`${name}/bias`, columns), rows, columns);
}

function norm(writer: DialectWriter, x: string, name: string, { epsilon }: Kind): string {
  const { gamma, beta } = parameters(name);
  return writer.layerNorm(x, gamma, beta, epsilon);
}

const parameters = (name: string) => ({ gamma: gain(`${name}/gamma`, width), beta: weight(`${name}/beta`, width) });
