import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { useBackend } from '../testing/experts';
import { OfflineHistory } from './offline-history';
import { contentTerms, itemTerms, offlineScore, recentSimilarity } from './offline-terms';

// Items at 0, 90, 180 and 60 degrees, and one without features.
const vectors = {
  count: 5,
  width: 2,
  values: Float32Array.of(1, 0, 0, 1, -1, 0, 0.5, Math.sqrt(0.75), 0, 0),
};
const one = (...rows: number[]) => ({ history: Int32Array.from(rows), target: 0 });

test('a similarity is the cosine with the history, newer choices counting more', async () => {
  await useBackend('wasm');
  const before = memory().numTensors;
  const [single, faded, nobody] = await recentSimilarity(vectors, [one(0), one(0, 1), one()]);
  expect(memory().numTensors).toBe(before);
  for (const [row, value] of [1, 0, -1, 0.5, 0].entries()) expect(single[row]).toBeCloseTo(value, 6);
  expect(faded[1] / faded[0]).toBeCloseTo(2 ** (1 / 20), 5);
  expect([...nobody]).toEqual([0, 0, 0, 0, 0]);
});

test('the session forgets what is longer ago', async () => {
  await useBackend('wasm');
  const [{ recent, session }] = await contentTerms(vectors, [one(2, 0, 0, 0)]);
  expect(session?.[0]).toBeCloseTo(1, 6);
  const [{ recent: without }] = await contentTerms(vectors, [one(0, 0, 0)]);
  expect(without?.[0]).toBeCloseTo(1, 6);
  const [{ recent: mixed }] = await contentTerms(vectors, [one(1, 0, 0, 0)]);
  expect(mixed?.[0]).toBeLessThan(0.999);
  expect(recent?.[0]).toBeCloseTo(1, 6);
});

test('counts of the past are terms of the items', () => {
  const past = new OfflineHistory(3);
  past.age();
  past.learn([{ user: 'a', row: 0, time: 0 }]);
  past.age();
  past.learn([{ user: 'b', row: 1, time: 1 }]);
  const { popularity, choices, coldStart } = itemTerms(past);
  expect([...(choices ?? [])]).toEqual([Math.fround(Math.LN2), Math.fround(Math.LN2), 0]);
  expect(popularity?.[0]).toBeCloseTo(Math.log(1.5), 6);
  expect([...(coldStart ?? [])]).toEqual([0, 0, 1]);
});

test('a score is the weighted sum of the terms that have values', () => {
  const values = { model: Float32Array.of(1, 2), popularity: Float32Array.of(10, 20), recent: Float32Array.of(9, 9) };
  expect([...offlineScore(values, { model: 2, popularity: 0.5, cooccurrence: 7 }, 2)]).toEqual([7, 14]);
});
