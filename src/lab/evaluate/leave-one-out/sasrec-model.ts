import {
  add,
  dispose,
  div,
  log,
  matMul,
  maximum,
  mul,
  neg,
  type Scalar,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor2d,
  tidy,
  transpose,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { type Random, uniform } from '../../../core/common/random';
import { differentiable, linear } from '../../../core/model';
import type { SasrecBatch } from './sasrec-batch';
import {
  attentionMask,
  disposeMask,
  lastPositions,
  userEncoder,
  userEncoderEntries,
  userEncoderOf,
  userEncoderShapes,
} from './user-encoder';

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Adam (Kingma and Ba 2015) on plain arrays. Parts of a large array without a gradient need not be touched. */
export class Adam {
  readonly #moments = new Map<string, { mean: Float32Array; square: Float32Array }>();
  #steps = 0;

  constructor(private readonly learningRate: number) {}

  /** Starts the next step. */
  next(): void {
    this.#steps++;
  }

  /** Updates a part of some values, from index `first`. @param name name of the values */
  step(name: string, values: Float32Array, gradient: Float32Array, first = 0): void {
    const moments = this.#moments.get(name) ?? {
      mean: new Float32Array(values.length),
      square: new Float32Array(values.length),
    };
    this.#moments.set(name, moments);
    const { mean, square } = moments;
    const rate = (this.learningRate * Math.sqrt(1 - BETA2 ** this.#steps)) / (1 - BETA1 ** this.#steps);
    for (let n = 0, at = first; n < gradient.length; n++, at++) {
      const slope = gradient[n];
      mean[at] += (1 - BETA1) * (slope - mean[at]);
      square[at] += (1 - BETA2) * (slope * slope - square[at]);
      values[at] -= (rate * mean[at]) / (Math.sqrt(square[at]) + EPSILON);
    }
  }
}

export interface SasrecSize {
  width: number;
  blocks: number;
  heads: number;
  /** Maximum number of items read from a history. */
  length: number;
}

/** Standard deviation of fresh item embeddings. */
const START = 0.02;

/**
 * SASRec (Kang and McAuley 2018) on the user encoder of this package: the product of the transformer's output with the item
 * embeddings that it reads. Embeddings are plain arrays, because a step changes few of them.
 */
export class SasrecModel {
  readonly #items: Float32Array;
  readonly #weights: Record<string, { shape: number[]; values: Float32Array }>;
  readonly #adam: Adam;

  constructor(
    private readonly count: number,
    private readonly size: SasrecSize,
    private readonly random: Random,
    learningRate: number,
  ) {
    this.#items = uniform(random, count * size.width, START * Math.sqrt(3));
    const shapes = userEncoderEntries(
      userEncoderShapes({ embeddingDim: size.width, maxSeqLen: size.length, blocks: size.blocks }),
    );
    this.#weights = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, { shape, values: freshValues(name, shape, random) }]),
    );
    this.#adam = new Adam(learningRate);
  }

  /** One step of Adam. @param dropout share of the numbers that are dropped @returns the loss before it */
  step(batch: SasrecBatch, dropout: number): number {
    const { width } = this.size;
    const { size, length, inputs, labels, columns, offset } = batch;
    const names = Object.keys(this.#weights);
    const read = inputs.map((row) => Math.max(row, 0));
    const mask = Float32Array.from(inputs, (row) => (row < 0 ? 0 : 1));
    const attention = attentionMask(mask, length);
    const share = 1 / mask.reduce((total, value) => total + value, 0);
    const label = new Float32Array(offset.length);
    for (const [step, column] of labels.entries()) if (column >= 0) label[step * columns.length + column] = share;
    const constants = {
      offset: tensor2d(offset, [size * length, columns.length]),
      label: tensor2d(label, [size * length, columns.length]),
      share: tensor2d(
        mask.map((value) => value * share),
        [size * length, 1],
      ),
    };
    const inputsOf = [
      this.#rows(columns),
      this.#rows(read),
      ...names.map((name) => tensor(this.#weights[name].values, this.#weights[name].shape)),
    ];
    const { value, grads } = valueAndGrads((...given: Tensor[]) => {
      const [items, sequence, ...weights] = given;
      const named = Object.fromEntries(names.map((name, n) => [name, weights[n]]));
      const users = this.#encode(named, sequence as Tensor2D, attention, length, dropout);
      const logits = add(linear(users, items), constants.offset) as Tensor2D;
      return crossEntropy(logits, constants.label, constants.share);
    })(inputsOf);
    const [loss] = value.dataSync();
    const [ofColumns, ofSequence, ...ofWeights] = grads.map((gradient) => gradient.dataSync<'float32'>());
    this.#adam.next();
    for (const [n, name] of names.entries()) this.#adam.step(name, this.#weights[name].values, ofWeights[n]);
    const changed = new Map<number, Float32Array>();
    const note = (row: number, gradient: Float32Array): void => {
      const known = changed.get(row);
      if (!known) changed.set(row, gradient.slice());
      else for (let d = 0; d < width; d++) known[d] += gradient[d];
    };
    for (const [n, row] of columns.entries()) note(row, ofColumns.subarray(n * width, (n + 1) * width));
    for (const [n, row] of inputs.entries()) if (row >= 0) note(row, ofSequence.subarray(n * width, (n + 1) * width));
    for (const [row, gradient] of changed) this.#adam.step('items', this.#items, gradient, row * width);
    dispose([value, ...grads, ...inputsOf, ...Object.values(constants)]);
    disposeMask(attention);
    return loss;
  }

  /** Scores of all items after each history. */
  async scores(histories: readonly Int32Array[]): Promise<Float32Array[]> {
    const { length: limit } = this.size;
    const lasts = histories.map((rows) => rows.subarray(-limit));
    const length = Math.max(1, ...lasts.map((rows) => rows.length));
    const read = new Int32Array(histories.length * length);
    const mask = new Float32Array(read.length);
    for (const [n, rows] of lasts.entries()) {
      read.set(rows, (n + 1) * length - rows.length);
      mask.fill(1, (n + 1) * length - rows.length, (n + 1) * length);
    }
    const attention = attentionMask(mask, length);
    const product = tidy(() => {
      const named = Object.fromEntries(
        Object.entries(this.#weights).map(([name, { shape, values }]) => [name, tensor(values, shape)]),
      );
      const encoded = this.#encode(named, this.#rows(read), attention, length, 0);
      const items = tensor2d(this.#items, [this.count, this.size.width]);
      return matMul(lastPositions(encoded, length), transpose(items));
    });
    disposeMask(attention);
    const values = Float32Array.from(await product.data());
    product.dispose();
    return histories.map((_, n) => values.subarray(n * this.count, (n + 1) * this.count));
  }

  /** @param length length of the sequences: the last item always has the last position */
  #encode(
    named: Record<string, Tensor>,
    sequence: Tensor2D,
    attention: ReturnType<typeof attentionMask>,
    length: number,
    dropout: number,
  ): Tensor2D {
    const { width, length: limit, heads } = this.size;
    const encoder = userEncoderOf(named);
    const position = slice(encoder.position as Tensor2D, [limit - length, 0], [length, width]);
    // Elements of about 1, as the position embeddings will become.
    const scaled = mul(sequence, Math.sqrt(width)) as Tensor2D;
    const drop = dropout > 0 ? (x: Tensor2D): Tensor2D => mul(x, this.#kept(x.shape, dropout)) : undefined;
    return userEncoder({ ...encoder, position }, { heads, ...(drop ? { drop } : {}) }, scaled, attention);
  }

  /** 0 for dropped numbers, otherwise 1 / (1 - dropout). */
  #kept([rows, columns]: [number, number], dropout: number): Tensor2D {
    const scale = 1 / (1 - dropout);
    const values = Float32Array.from({ length: rows * columns }, () => (this.random() < dropout ? 0 : scale));
    return tensor2d(values, [rows, columns]);
  }

  #rows(rows: Int32Array): Tensor2D {
    const { width } = this.size;
    const values = new Float32Array(rows.length * width);
    for (const [n, row] of rows.entries()) values.set(this.#items.subarray(row * width, (row + 1) * width), n * width);
    return tensor2d(values, [rows.length, width]);
  }
}

/** Norms start as 1 and 0, biases as 0, and products scaled by their width. */
function freshValues(name: string, shape: readonly number[], random: Random): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  if (shape.length === 1) return new Float32Array(size).fill(/norm\.weight$/.test(name) ? 1 : 0);
  return uniform(random, size, name.includes('position') ? START : Math.sqrt(6 / (shape[0] + shape[1])));
}

/**
 * Weighted cross-entropy of every row against its label, as one operation: these matrices are the largest of a step.
 * @param logits [N, M]
 * @param label [N, M] constant; the row's weight in the column of its label, else 0
 * @param weights [N, 1] constant; 0 for rows that do not count
 */
export function crossEntropy(logits: Tensor2D, label: Tensor2D, weights: Tensor2D): Scalar {
  return differentiable<Scalar>(
    [logits],
    (save) => {
      const shares = softmax(logits);
      save([shares]);
      // The label's column holds the weight instead of 1; rows that do not count divide 0 by the floor.
      const chosen = div(sum(mul(shares, label), 1, true), maximum(weights, 1e-12));
      return neg(sum(mul(log(maximum(chosen, 1e-30)), weights))) as Scalar;
    },
    (dy, [shares]) => [mul(sub(mul(shares, weights), label), dy)],
  );
}
