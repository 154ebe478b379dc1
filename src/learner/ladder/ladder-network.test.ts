import { beforeAll, expect, test } from 'vitest';
import { contentVectors } from '../../catalog';
import { categoryTable, useBackend } from '../../testing/experts';
import { LadderExperts } from './ladder-experts';
import { shouldAcceptUpdate } from './ladder-trainer';
import { tfjsTrainer } from './tfjs-trainer';

const table = categoryTable(40);

const rowOf = (embeddings: Float32Array, row: number): Float32Array => {
  const width = table.dim * 2;
  return embeddings.subarray(row * width, (row + 1) * width);
};
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, d) => sum + x * b[d], 0);

beforeAll(() => useBackend('wasm'));

test('fresh experts compare items nearly as content does, also after a reload with another blend', async () => {
  const blend = { text: { tap: 1, weight: 0.3 }, image: { tap: 0, weight: 0.7 } };
  const experts = LadderExperts.create({ table, blend, trainer: tfjsTrainer });
  const content = contentVectors(table, blend).values;
  const base = await experts.baseEmbeddings();
  for (const [i, value] of (await experts.embeddings()).entries()) expect(Math.abs(value - base[i])).toBeLessThan(1e-6);
  // Content has text first, the experts have the image first; similarities do not depend on that.
  for (const row of [1, 2, 3, 4]) {
    const wanted = dot(rowOf(content, 0), rowOf(content, row));
    expect(Math.abs(dot(rowOf(base, 0), rowOf(base, row)) - wanted)).toBeLessThan(0.1);
  }
  const again = LadderExperts.load(
    { table, trainer: tfjsTrainer, blend: { ...blend, text: { tap: 0, weight: 0.3 } } },
    experts.save(),
  );
  expect(await again.baseEmbeddings()).toEqual(base);
  experts.dispose();
  again.dispose();
});

test('an update is accepted when it is no worse and finite', () => {
  expect(shouldAcceptUpdate(2, 2)).toBe(true);
  expect(shouldAcceptUpdate(2, 2.001)).toBe(false);
  expect(shouldAcceptUpdate(2, NaN)).toBe(false);
  expect(shouldAcceptUpdate(NaN, 2)).toBe(false);
  expect(shouldAcceptUpdate(2, -Infinity)).toBe(false);
});
