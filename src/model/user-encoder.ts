import {
  add,
  concat,
  mul,
  relu,
  reshape,
  slice,
  softmax,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';
import { LAYER_NORM_EPS, type ModelConfig } from './config';
import { layerNorm, linear, pieces, product } from './differentiable';
import { blockNames, USER_NAMES } from './names';
import { type Parameters, parameter } from './parameters';

/** Added to scores of padded and future positions, as in the reference. */
const MASKED = -1e9;
/** Added to scores of another user's positions: far below MASKED, so that a row with nothing but padding stays inside its own sequence. */
const FOREIGN = -3e9;
/** Rows of one attention product. Longer products waste work on other users' positions, shorter ones cost more calls. */
const GROUP_ROWS = 128;

/** What attention may look at, for sequences of one length. Constant during training; build it once per batch. */
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
 * @param mask [B * L], 0 where padded
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
  parameters: Parameters,
  config: ModelConfig,
  sequence: Tensor2D,
  mask: AttentionMask,
): Tensor2D {
  const epsilon = config.layerNormEps ?? LAYER_NORM_EPS;
  const normalize = (x: Tensor2D, names: { weight: string; bias: string }): Tensor2D =>
    layerNorm(x, parameter(parameters, names.weight, 1), parameter(parameters, names.bias, 1), epsilon);
  return tidy(() => {
    const { size, length } = mask;
    const width = sequence.shape[1];
    const positions = parameter(parameters, USER_NAMES.position, 2);
    if (sequence.shape[0] !== size * length || positions.shape[0] < length || positions.shape[1] !== width) {
      throw new SidestreamError(
        'model/bad-shape',
        `${size} sequences of ${length} do not fit items [${sequence.shape}] and positions [${positions.shape}]; cut them to the model's maxSeqLen.`,
      );
    }
    const position = slice(positions, [0, 0], [length, width]);
    const placed = add(reshape(sequence, [size, length, width]), reshape(position, [1, length, width]));
    let x = normalize(reshape(placed, [size * length, width]), USER_NAMES.norm);
    for (let block = 0; block < config.blocks; block++) {
      const names = blockNames(block);
      const weight = (name: string) => parameter(parameters, name, 2);
      const bias = (name: string): Tensor1D => parameter(parameters, name, 1);
      const attended = attention(
        linear(x, weight(names.query)),
        linear(x, weight(names.key)),
        linear(x, weight(names.value)),
        config.heads,
        mask,
      );
      x = normalize(add(x, linear(attended, weight(names.output))), names.attentionNorm);
      const inner = relu(add(linear(x, weight(names.inner.weight)), bias(names.inner.bias))) as Tensor2D;
      const outer = add(linear(inner, weight(names.outer.weight)), bias(names.outer.bias));
      x = normalize(add(x, outer) as Tensor2D, names.feedNorm);
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
