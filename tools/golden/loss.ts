import {
  add,
  exp,
  log,
  max,
  mul,
  reshape,
  type Scalar,
  slice,
  softmax,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiable, linear } from '../../packages/shop/training/model/differentiable';
import { SidestreamError } from '../../src/error';

/** Logit of a column that is not a negative sample for the row, as in the reference. */
const EXCLUDED = -1e4;

export interface Batch {
  /** [B][L + 1] item numbers, oldest first, left-padded with 0. */
  itemIds: ArrayLike<ArrayLike<number>>;
  /** [B][L]; 1 where position j is an item and j + 1 is its true next item. */
  mask: ArrayLike<ArrayLike<number>>;
}

/** The constants of one batch's loss. Build them once per batch, outside the gradient. */
export interface LossTerms {
  /** [B * L, B * (L + 1)]: 1 if a column counts. */
  keep: Tensor2D;
  /** Same shape: -log popularity if a column counts, else -1e4. */
  offset: Tensor2D;
  /** [B * L, 1]: -log popularity of the true next item. */
  labelOffset: Tensor2D;
  /** [B * L, 1]: 1 / (valid rows) if the row counts, else 0. */
  rowWeight: Tensor2D;
}

/**
 * Masks and popularity correction of the in-batch loss. A column does not count if its item is padding, or if it is in the
 * sequence of the row's user and is not the row's label.
 * @param popularity [items + 1], each > 0; entry 0 belongs to the padding item
 * @returns tensors that the caller frees with `disposeLossTerms`
 * @throws SidestreamError `model/bad-shape` when the batch is ragged, has no valid position or an item without popularity
 */
export function lossTerms({ itemIds, mask }: Batch, popularity: ArrayLike<number>): LossTerms {
  const size = itemIds.length;
  const length = size > 0 ? itemIds[0].length - 1 : 0;
  const columns = size * (length + 1);
  const keep = new Float32Array(size * length * columns);
  const offset = new Float32Array(size * length * columns).fill(EXCLUDED);
  const labelOffset = new Float32Array(size * length);
  const rowWeight = new Float32Array(size * length);
  const correction = (id: number): number => {
    if (popularity[id] > 0) return -Math.log(popularity[id]);
    throw new SidestreamError(
      'model/bad-shape',
      `Item ${id} has no popularity above 0; give every item of the batch one.`,
    );
  };
  let valid = 0;
  for (let i = 0; i < size; i++) {
    if (itemIds[i].length !== length + 1 || mask[i].length !== length) {
      throw new SidestreamError(
        'model/bad-shape',
        `Sequence ${i} of the batch differs in length; pad all to one length.`,
      );
    }
    const own = new Set(Array.from(itemIds[i]));
    for (let j = 0; j < length; j++) {
      const row = i * length + j;
      const label = i * (length + 1) + j + 1;
      for (let column = 0; column < columns; column++) {
        const id = itemIds[Math.floor(column / (length + 1))][column % (length + 1)];
        if (id === 0 || (own.has(id) && column !== label)) continue;
        keep[row * columns + column] = 1;
        offset[row * columns + column] = correction(id);
      }
      labelOffset[row] = correction(itemIds[i][j + 1]);
      if (mask[i][j] !== 0) {
        rowWeight[row] = 1;
        valid++;
      }
    }
  }
  if (valid === 0) {
    throw new SidestreamError('model/bad-shape', 'The batch has no position with a next item; leave it out.');
  }
  return {
    keep: tensor2d(keep, [size * length, columns]),
    offset: tensor2d(offset, [size * length, columns]),
    labelOffset: tensor2d(labelOffset, [size * length, 1]),
    rowWeight: tensor2d(
      rowWeight.map((weight) => weight / valid),
      [size * length, 1],
    ),
  };
}

export function disposeLossTerms(terms: LossTerms): void {
  for (const tensor of Object.values(terms)) tensor.dispose();
}

/**
 * Cross-entropy of every valid position's vector against all item embeddings of the batch, logits corrected by
 * -log popularity; mean over the valid rows.
 * @param users [B * L, E]
 * @param items [B * (L + 1), E]
 */
export function inBatchLoss(users: Tensor2D, items: Tensor2D, terms: LossTerms): Scalar {
  return tidy(() => {
    const [rows, width] = users.shape;
    const logits = add(mul(linear(users, items), terms.keep), terms.offset) as Tensor2D;
    const size = items.shape[0] - rows;
    const length = rows / size;
    const next = reshape(slice(reshape(items, [size, length + 1, width]), [0, 1, 0], [size, length, width]), [
      rows,
      width,
    ]);
    const label = add(sum(mul(users, next), 1, true), terms.labelOffset);
    return sum(mul(sub(logSumExp(logits), label), terms.rowWeight)) as Scalar;
  });
}

/** log(sum(exp(x))) of each row: [N, M] to [N, 1]. */
export function logSumExp(x: Tensor2D): Tensor2D {
  return differentiable<Tensor2D>(
    [x],
    (save) => {
      save([x]);
      const top = max(x, 1, true);
      return add(log(sum(exp(sub(x, top)), 1, true)), top) as Tensor2D;
    },
    (dy, [input]) => [mul(softmax(input as Tensor2D), dy)],
  );
}
