import {
  add,
  concat,
  mean,
  mul,
  registerGradient,
  relu,
  reshape,
  rsqrt,
  slice,
  softmax,
  split,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { reluGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Relu_grad';
import { splitVGradConfig } from '@tensorflow/tfjs-core/dist/gradients/SplitV_grad';
import { affine, checkRank, differentiable, linear, product } from '../../packages/shop/training/model/differentiable';
import { entryOf, type StateDict } from '../../packages/shop/training/model/weights';
import { SidestreamError } from '../../src/error';
import type { Affine } from './parameters';

// The side model does without them.
for (const config of [reluGradConfig, splitVGradConfig]) registerGradient(config);

/** Sizes that the shapes of the weights do not give. */
export interface UserEncoderConfig {
  /** Attention heads; they divide E. */
  heads: number;
  /** Default 1e-6. */
  layerNormEps?: number;
  /** Dropout during training, applied to the placed items and to the output of each part of a block. Default: none. */
  drop?(x: Tensor2D): Tensor2D;
}

const LAYER_NORM_EPS = 1e-6;

/** The weights of a user encoder over sequences of up to L items, or their tensors, names or shapes. */
export interface UserEncoder<T> {
  /** [L, E] */
  position: T;
  /** [E] */
  norm: Affine<T>;
  blocks: Block<T>[];
}

interface Block<T> {
  /** [E, E], like `key`, `value` and `output`. */
  query: T;
  key: T;
  value: T;
  output: T;
  /** [4E, E] and [4E]. */
  inner: Affine<T>;
  /** [E, 4E] and [E]. */
  outer: Affine<T>;
  /** [E], like `feedForwardNorm`. */
  attentionNorm: Affine<T>;
  feedForwardNorm: Affine<T>;
}

/** Added to scores of padded and future positions, as in the reference. */
const MASKED = -1e9;
/**
 * Added to scores of another user's positions: far below MASKED, which keeps a row of only padding inside its own sequence.
 */
const FOREIGN = -3e9;
/** Rows of one attention product. Longer products waste work on other users' positions, shorter ones cost more calls. */
const GROUP_ROWS = 128;

/** Attention mask for sequences of one length. Constant during training; build it once per batch. */
export interface AttentionMask {
  /** B */
  size: number;
  /** L */
  length: number;
  /** One additive mask [rows, rows] per group of whole sequences, in order. */
  groups: Tensor2D[];
}

/**
 * Additive masks for B sequences of length L.
 * @param mask [B * L], 0 for padding
 * @returns tensors that the caller frees with `disposeMask`
 */
export function attentionMask(mask: ArrayLike<number>, length: number): AttentionMask {
  const size = mask.length / length;
  const perGroup = Math.max(1, Math.floor(GROUP_ROWS / length));
  const groups: Tensor2D[] = [];
  for (let first = 0; first < size; first += perGroup) {
    const rows = Math.min(perGroup, size - first) * length;
    const values = new Float32Array(rows * rows).fill(FOREIGN);
    for (let row = 0; row < rows; row++) {
      const start = row - (row % length);
      for (let column = start; column < start + length; column++) {
        const visible = column <= row && mask[first * length + column] !== 0;
        values[row * rows + column] = visible ? 0 : MASKED;
      }
    }
    groups.push(tensor2d(values, [rows, rows]));
  }
  return { size, length, groups };
}

export function disposeMask(mask: AttentionMask): void {
  for (const group of mask.groups) group.dispose();
}

/**
 * Causal transformer over item embeddings: position embedding and LayerNorm, then post-norm blocks of multi-head
 * attention and a ReLU feed-forward layer.
 * @param sequence [B * L, E], one user's L items after the other, oldest first
 * @returns [B * L, E]; row (i, j) has seen user i's items 0..j
 * @throws SidestreamError `model/bad-shape` when mask, items and position embedding do not fit
 */
export function userEncoder(
  { position, norm, blocks }: UserEncoder<Tensor>,
  { heads, layerNormEps = LAYER_NORM_EPS, drop = (x) => x }: UserEncoderConfig,
  sequence: Tensor2D,
  mask: AttentionMask,
): Tensor2D {
  return tidy(() => {
    const { size, length } = mask;
    const width = sequence.shape[1];
    if (sequence.shape[0] !== size * length || !(position.shape[0] >= length) || position.shape[1] !== width) {
      throw new SidestreamError(
        'model/bad-shape',
        `${size} sequences of ${length} do not fit items [${sequence.shape}] and positions [${position.shape}]; cut them to the model's maxSeqLen.`,
      );
    }
    const first = slice(position, [0, 0], [length, width]);
    const placed = add(reshape(sequence, [size, length, width]), reshape(first, [1, length, width]));
    let x = drop(layerNorm(reshape(placed, [size * length, width]), norm, layerNormEps));
    for (const { query, key, value, output, inner, outer, attentionNorm, feedForwardNorm } of blocks) {
      const attended = attention(linear(x, query), linear(x, key), linear(x, value), heads, mask);
      x = layerNorm(add(x, drop(linear(attended, output))), attentionNorm, layerNormEps);
      x = layerNorm(add(x, drop(affine(relu(affine(x, inner)), outer))), feedForwardNorm, layerNormEps);
    }
    return x;
  });
}

/** Multi-head attention; each head of each group is one masked 2-D product. All [B * L, E]. */
function attention(query: Tensor2D, key: Tensor2D, value: Tensor2D, heads: number, mask: AttentionMask): Tensor2D {
  const sizes = mask.groups.map((group) => group.shape[0]);
  const headWidths = Array.from({ length: heads }, () => query.shape[1] / heads);
  const scale = 1 / Math.sqrt(query.shape[1] / heads);
  const parts = [mul(query, scale), key, value].map((tensor) => pieces(tensor as Tensor2D, sizes, 0));
  const rows = mask.groups.map((group, index) => {
    const [q, k, v] = parts.map((part) => pieces(part[index], headWidths, 1));
    const outputs = q.map((head, h) => {
      const scores = add(linear(head, k[h]), group) as Tensor2D;
      return product(softmax(scores), v[h]);
    });
    return outputs.length === 1 ? outputs[0] : concat(outputs, 1);
  });
  return rows.length === 1 ? rows[0] : concat(rows, 0);
}

/**
 * The vector at the last position of every sequence.
 * @param encoded [B * L, E]
 * @returns [B, E]
 */
export function lastPositions(encoded: Tensor2D, length: number): Tensor2D {
  return tidy(() => {
    const [rows, width] = encoded.shape;
    const cube: Tensor3D = reshape(encoded, [rows / length, length, width]);
    return reshape(slice(cube, [0, length - 1, 0], [rows / length, 1, width]), [rows / length, width]);
  });
}

/** LayerNorm over the last axis with biased variance, then times weight [E] plus bias [E]. */
export function layerNorm(x: Tensor2D, { weight, bias }: Affine<Tensor>, epsilon: number): Tensor2D {
  checkRank(weight, 1);
  checkRank(bias, 1);
  return differentiable<Tensor2D>(
    [x, weight, bias],
    (save) => {
      const centered = sub(x, mean(x, 1, true));
      const scale = rsqrt(add(mean(square(centered), 1, true), epsilon));
      const normal = mul(centered, scale) as Tensor2D;
      save([normal, scale, weight]);
      return add(mul(normal, weight), bias);
    },
    (dy, [normal, scale, saved]) => {
      const d = mul(dy, saved);
      const dx = mul(scale, sub(sub(d, mean(d, 1, true)), mul(normal, mean(mul(d, normal), 1, true))));
      return [dx, sum(mul(dy, normal), 0), sum(dy, 0)];
    },
  );
}

/** Columns or rows of x in pieces of the given sizes; the stock gradient of split cannot do a single piece. */
export const pieces = (x: Tensor2D, sizes: number[], axis: 0 | 1): Tensor2D[] =>
  sizes.length === 1 ? [x] : split(x, sizes, axis);

// The names of the authors' checkpoints.

export const affineNames = (prefix: string): Affine<string> => ({ weight: `${prefix}.weight`, bias: `${prefix}.bias` });

export function userEncoderNames(blocks: number): UserEncoder<string> {
  const user = 'user_encoder.encoder';
  return {
    position: `${user}.position_embedding.weight`,
    norm: affineNames(`${user}.layer_norm`),
    blocks: Array.from({ length: blocks }, (_, block) => {
      const attention = `${user}.transformer_blocks.${block}.multi_head_attention`;
      const feedForward = `${user}.transformer_blocks.${block}.feed_forward`;
      return {
        query: `${attention}.w_Q.weight`,
        key: `${attention}.w_K.weight`,
        value: `${attention}.w_V.weight`,
        output: `${attention}.fc.weight`,
        inner: affineNames(`${feedForward}.w_1`),
        outer: affineNames(`${feedForward}.w_2`),
        attentionNorm: affineNames(`${attention}.layer_norm`),
        feedForwardNorm: affineNames(`${feedForward}.layer_norm`),
      };
    }),
  };
}

/** Nested names with a `T` instead of every name. */
type Named<Names, T> = Names extends string ? T : { [Key in keyof Names]: Named<Names[Key], T> };

export function read<Names extends object | string, T>(state: StateDict<T>, names: Names): Named<Names, T>;
export function read(state: StateDict<unknown>, names: object | string): unknown {
  if (typeof names === 'string') return entryOf(state, names);
  if (Array.isArray(names)) return names.map((part) => read(state, part));
  return Object.fromEntries(Object.entries(names).map(([key, part]) => [key, read(state, part)]));
}

export function entriesOf<Names extends object, T>(names: Names, parts: Named<Names, T>): [string, T][];
export function entriesOf(names: object, parts: Record<string, object>): [string, unknown][] {
  return Object.entries(names).flatMap(([key, name]): [string, unknown][] =>
    typeof name === 'string' ? [[name, parts[key]]] : entriesOf(name, parts[key]),
  );
}

/**
 * The user encoder, with the blocks that follow each other without a gap.
 * @throws SidestreamError `model/bad-weights` when a part is missing
 */
export function userEncoderOf<T>(state: StateDict<T>): UserEncoder<T> {
  let blocks = 0;
  while (Object.hasOwn(state, userEncoderNames(blocks + 1).blocks[blocks].query)) blocks++;
  return read(state, userEncoderNames(blocks));
}
