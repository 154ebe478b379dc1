import { mul, reshape, type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Weight, Weights } from '../../packages/shop/training/model/weights';
import { seededRandom, uniform } from '../../src/core/common/random';
import { BACKENDS, countingTensors, useBackend } from '../../testing/backends';
import { compareGradients } from '../../testing/gradients';
import { type Affine, withParameters } from './parameters';
import { userEncoderEntries, userEncoderShapes } from './random-model';
import {
  attentionMask,
  disposeMask,
  lastPositions,
  layerNorm,
  pieces,
  type UserEncoderConfig,
  userEncoder,
  userEncoderOf,
} from './user-encoder';

const sizes = (width: number, length: number, heads: number, blocks: number) => ({
  embeddingDim: width,
  maxSeqLen: length,
  heads,
  blocks,
});
type Sizes = ReturnType<typeof sizes>;

function randomUser(config: Sizes, seed: number): Weights {
  const random = seededRandom(seed);
  const draw = (shape: number[]): Weight => {
    const size = shape.reduce((product, side) => product * side, 1);
    return { shape, values: uniform(random, size, 1) };
  };
  const shapes = Object.entries(userEncoderEntries(userEncoderShapes(config)));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, draw(shape)]));
}

const sequence = (rows: number, width: number, seed: number): number[][] => {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => Array.from(uniform(random, width, 1)));
};

async function encode(
  config: Sizes & Pick<UserEncoderConfig, 'drop'>,
  weights: Weights,
  rows: number[][],
  mask: number[],
): Promise<number[][]> {
  return countingTensors(() =>
    withParameters(weights, async (parameters) => {
      const attention = attentionMask(mask, config.maxSeqLen);
      const input = tensor2d(rows);
      const output = userEncoder(userEncoderOf(parameters), config, input, attention);
      const result = await output.array();
      input.dispose();
      output.dispose();
      disposeMask(attention);
      return result;
    }),
  );
}

/** The same in plain loops over one sequence, following the paper. */
function plainEncoder(config: Sizes, weights: Weights, rows: number[][], mask: number[]): number[][] {
  const { embeddingDim: width, heads } = config;
  const { position, norm: firstNorm, blocks } = userEncoderOf(weights);
  const times = ({ shape, values }: Weight, x: number[]): number[] =>
    Array.from({ length: shape[0] }, (_, out) =>
      x.reduce((sum, input, i) => sum + input * values[out * x.length + i], 0),
    );
  const plus = (x: number[], y: ArrayLike<number>): number[] => x.map((a, i) => a + y[i]);
  const norm = (x: number[], { weight, bias }: Affine<Weight>): number[] => {
    const mean = x.reduce((sum, a) => sum + a, 0) / width;
    const variance = x.reduce((sum, a) => sum + (a - mean) ** 2, 0) / width;
    return x.map((a, i) => ((a - mean) / Math.sqrt(variance + 1e-6)) * weight.values[i] + bias.values[i]);
  };
  let x = rows.map((row, i) => norm(plus(row, position.values.slice(i * width, (i + 1) * width)), firstNorm));
  const part = width / heads;
  for (const block of blocks) {
    const [q, k, v] = [block.query, block.key, block.value].map((weight) => x.map((row) => times(weight, row)));
    const attended = x.map((_, i) => {
      const out: number[] = [];
      for (let head = 0; head < heads; head++) {
        const of = (row: number[]): number[] => row.slice(head * part, (head + 1) * part);
        const scores = x.map((__, j) => {
          const dot = of(q[i]).reduce((sum, a, d) => sum + a * of(k[j])[d], 0) / Math.sqrt(part);
          return j <= i && mask[j] !== 0 ? dot : -1e9;
        });
        const top = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - top));
        const total = powers.reduce((sum, a) => sum + a, 0);
        for (let d = 0; d < part; d++) out.push(powers.reduce((sum, a, j) => sum + (a / total) * of(v[j])[d], 0));
      }
      return times(block.output, out);
    });
    x = x.map((row, i) => norm(plus(row, attended[i]), block.attentionNorm));
    x = x.map((row) => {
      const inner = plus(times(block.inner.weight, row), block.inner.bias.values).map((a) => Math.max(0, a));
      return norm(plus(row, plus(times(block.outer.weight, inner), block.outer.bias.values)), block.feedForwardNorm);
    });
  }
  return x;
}

const closeTo = (actual: number[][], expected: number[][]): void => {
  for (const [i, row] of expected.entries()) {
    for (const [d, value] of row.entries()) expect(actual[i][d]).toBeCloseTo(value, 3);
  }
};

for (const backend of BACKENDS) {
  describe(`user encoder on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test.each([
      [1, 1, 4, 3],
      [2, 2, 4, 5],
      [3, 1, 6, 4],
      [3, 3, 9, 2],
    ])('%i heads and %i blocks match plain loops (width %i, length %i)', async (heads, blocks, width, length) => {
      const config = sizes(width, length, heads, blocks);
      const weights = randomUser(config, heads * 10 + blocks);
      const rows = sequence(length, width, 5);
      const mask = Array.from({ length }, (_, j) => (j === 0 ? 0 : 1));
      // The first position can attend only to padding; in the reference it then attends to everything equally.
      closeTo(await encode(config, weights, rows, mask), plainEncoder(config, weights, rows, mask));
    });

    test('later items and padding have no effect', async () => {
      const config = sizes(4, 4, 2, 2);
      const weights = randomUser(config, 3);
      const rows = sequence(4, 4, 8);
      const before = await encode(config, weights, rows, [0, 1, 1, 1]);
      const changed = rows.map((row, j) => (j === 0 || j === 3 ? row.map((x) => -x) : row));
      const after = await encode(config, weights, changed, [0, 1, 1, 1]);
      closeTo([after[1], after[2]], [before[1], before[2]]);
      expect(Math.abs(after[3][0] - before[3][0])).toBeGreaterThan(1e-3);
    });

    test('users do not see each other, however many there are', async () => {
      const config = sizes(4, 5, 2, 1);
      const weights = randomUser(config, 4);
      // 60 users of 5 items are several attention groups, the last one smaller.
      const rows = sequence(300, 4, 9);
      const mask = rows.map((_, row) => (row % 5 === 0 ? 0 : 1));
      const together = await encode(config, weights, rows, mask);
      for (const user of [0, 24, 25, 59]) {
        const own = rows.slice(user * 5, user * 5 + 5);
        closeTo(together.slice(user * 5, user * 5 + 5), plainEncoder(config, weights, own, mask.slice(0, 5)));
      }
    });

    test('layerNorm of one row matches a calculation by hand', async () => {
      const y = tidy(() => layerNorm(tensor2d([[1, 3]]), { weight: tensor1d([2, 2]), bias: tensor1d([0, 1]) }, 0));
      expect([...(await y.data())].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([-2, 3]);
      y.dispose();
    });

    test('the gradient of layerNorm agrees with differences', async () => {
      await compareGradients(
        ([x, w, b]) => layerNorm(x, { weight: reshape(w, [4]), bias: reshape(b, [4]) }, 1e-6),
        [sequence(3, 4, 7), sequence(1, 4, 8), sequence(1, 4, 9)],
      );
    });

    test('a weight or bias of layerNorm of another rank is refused', () => {
      const [x, w, b] = [tensor2d([[1, 3]]), tensor2d([[1, 3]]), tensor1d([1])];
      const refused = expect.objectContaining({ code: 'model/bad-shape' });
      expect(() => layerNorm(x, { weight: w, bias: b }, 0)).toThrowError(refused);
      expect(() => layerNorm(x, { weight: b, bias: w }, 0)).toThrowError(refused);
      for (const tensor of [x, w, b]) tensor.dispose();
    });

    test('pieces are the columns or rows in order', async () => {
      const x = tensor2d([[1, 2, 3]]);
      const parts = pieces(x, [1, 2], 1);
      expect(await Promise.all(parts.map(async (part) => [...(await part.data())]))).toEqual([[1], [2, 3]]);
      expect(pieces(x, [3], 1)).toEqual([x]);
      for (const tensor of [x, ...parts]) tensor.dispose();
    });
  });
}

test('returns the last position of every sequence', async () => {
  await useBackend('cpu');
  const encoded = tensor2d([[1], [2], [3], [4]]) as Tensor2D;
  const last = await countingTensors(() => lastPositions(encoded, 2), 1);
  expect(await last.array()).toEqual([[2], [4]]);
});

test('applies dropout to the placed items and to the output of each part of a block', async () => {
  await useBackend('cpu');
  const config = sizes(4, 2, 2, 1);
  let calls = 0;
  const drop = (x: Tensor2D): Tensor2D => {
    calls++;
    return mul(x, 0);
  };
  const rows = sequence(2, 4, 5);
  const dropped = await encode({ ...config, drop }, randomUser(config, 6), rows, [1, 1]);
  expect(calls).toBe(3);
  // Everything about the items is dropped, so all places are alike.
  expect(dropped[0]).toEqual(dropped[1]);
});

test('refuses sequences longer than the position embedding', async () => {
  const config = sizes(4, 3, 2, 1);
  const weights = randomUser(config, 3);
  const wrong = encode({ ...config, maxSeqLen: 4 }, weights, sequence(4, 4, 1), [1, 1, 1, 1]);
  await expect(wrong).rejects.toMatchObject({ code: 'model/bad-shape' });
});
