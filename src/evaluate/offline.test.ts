import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { baseConfig } from '../base-model';
import { contentVectors } from '../catalog';
import { seededRandom } from '../model';
import { CATEGORIES, categoryTable, useBackend } from '../testing/experts';
import type { Interaction } from '../training';
import type { OfflineMethod } from './offline';
import { evaluateOffline } from './offline';
import { OFFLINE_METHODS, offlineMethods, without } from './offline-methods';
import { WindowModel } from './offline-model';

const COUNT = 81;
const table = categoryTable(COUNT);
const blend = { text: { tap: 2, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
const content = contentVectors(table, blend);

/** Users of one category each, coming and going, at a random item of it each time. */
function log(events: number, seed = 1): Interaction[] {
  const random = seededRandom(seed);
  return Array.from({ length: events }, (_, time) => {
    const user = Math.floor(time / 20) + Math.floor(random() * 4);
    const row = Math.floor(random() * 8) * CATEGORIES + (user % CATEGORIES);
    return { user: `u${user}`, row, time };
  });
}
const plain = (name: string, weights: OfflineMethod['weights'], fitted = false): OfflineMethod => ({
  ...{ name, weights, fitted, content },
});
const PLAIN = [
  plain('popularity', { choices: 1 }),
  plain('recency-popularity', { popularity: 1 }),
  plain('content-knn', { recent: 1 }),
];

describe('the pooled protocol', () => {
  beforeAll(() => useBackend('wasm'));

  test('ranks each choice of a window by what was known before the window', async () => {
    const interactions = log(300);
    const [popularity, recency] = await evaluateOffline({ interactions, count: COUNT, methods: PLAIN, windows: 3 });
    const byHand = (share: (age: number) => number): number[] =>
      [100, 200].map((start) => {
        const counts = new Float64Array(COUNT);
        for (let at = 0; at < start; at++)
          counts[interactions[at].row] += share(start / 100 - 1 - Math.floor(at / 100));
        let [sum, cases] = [0, 0];
        for (let at = start; at < start + 100; at++) {
          const { user, row } = interactions[at];
          const seen = new Set(interactions.slice(0, at).flatMap((other) => (other.user === user ? [other.row] : [])));
          if (seen.size === 0 || seen.has(row)) continue;
          let rank = 1;
          for (let other = 0; other < COUNT; other++) {
            if (seen.has(other) || other === row) continue;
            if (counts[other] > counts[row] || (counts[other] === counts[row] && other < row)) rank++;
          }
          sum += Math.log(rank);
          cases++;
        }
        return sum / cases;
      });
    for (const [run, share] of [
      [popularity, () => 1],
      [recency, (age: number) => 0.5 ** age],
    ] as const) {
      for (const [window, lnRank] of byHand(share).entries()) expect(run.units[window].lnRank).toBeCloseTo(lnRank, 9);
    }
  });

  test('shows no method what is to be ranked', async () => {
    const interactions = log(300);
    const changed = interactions.map((one, at) => (at < 200 ? one : { ...one, row: (one.row + 30) % 80 }));
    const methods = [...PLAIN, plain('companions', { cooccurrence: 3, popularity: 1 }, true)];
    const [a, b] = [
      await evaluateOffline({ interactions, count: COUNT, methods, windows: 3 }),
      await evaluateOffline({ interactions: changed, count: COUNT, methods, windows: 3 }),
    ];
    for (const [index, { units }] of a.entries()) {
      expect(b[index].units[0]).toEqual(units[0]);
      expect(b[index].units[1]).not.toEqual(units[1]);
    }
  });

  test('fits weights to ranked windows for the next: a misleading start is left', async () => {
    const interactions = log(600);
    const weights = { popularity: 0, recent: -5, coldStart: 0 };
    const methods = [plain('fitted', weights, true), plain('stubborn', weights)];
    const [fitted, stubborn] = await evaluateOffline({ interactions, count: COUNT, methods, windows: 6 });
    expect(fitted.units[4].lnRank).toBeLessThan(stubborn.units[4].lnRank - 0.5);
  });

  test('reports some windows with the same results as all, and reads none after them', async () => {
    const interactions = log(3000);
    const methods = [...PLAIN, plain('fitted', { popularity: 1, recent: 0, cooccurrence: 1 }, true)];
    const protocol = { count: COUNT, methods, windows: 3 };
    const all = await evaluateOffline({ ...protocol, interactions });
    const ranked: number[] = [];
    const onRanked = (window: number): number => ranked.push(window);
    const late = await evaluateOffline({ ...protocol, interactions, reported: { first: 3, last: 3 }, onRanked });
    const unknown = interactions.map((one, at) => (at < 2000 ? one : { ...one, row: 0 }));
    const early = await evaluateOffline({ ...protocol, interactions: unknown, reported: { first: 2, last: 2 } });
    expect(ranked).toEqual(methods.map(() => 3));
    // More than weights are fitted to, so that a window not reported is sampled.
    expect(all[0].units[0].events).toBeGreaterThan(300);
    for (const [index, { units }] of all.entries()) {
      expect(late[index].units).toEqual(units.slice(1));
      expect(early[index].units).toEqual(units.slice(0, 1));
    }
  });

  test('refuses windows that the log does not have', async () => {
    const protocol = { interactions: log(300), count: COUNT, methods: PLAIN, windows: 3 };
    for (const reported of [
      { first: 1, last: 3 },
      { first: 2, last: 4 },
      { first: 3, last: 2 },
    ]) {
      const found = evaluateOffline({ ...protocol, reported });
      await expect(found).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    }
  });

  test('ranks every n-th choice only, and reports new items', async () => {
    const interactions = log(300);
    const methods = [PLAIN[0]];
    const [all] = await evaluateOffline({ interactions, count: COUNT, methods, windows: 3 });
    const [third] = await evaluateOffline({ interactions, count: COUNT, methods, windows: 3, every: 3 });
    expect(third.units[0].events).toBe(Math.ceil(all.units[0].events / 3));
    const known = new Set(interactions.slice(0, 100).map(({ row }) => row));
    const fresh = all.ranked[0].whole.filter(({ isNew }) => isNew);
    expect(fresh.length).toBeGreaterThan(0);
    expect(known.size).toBeLessThan(80);
    for (const { rank } of fresh) expect(rank).toBeGreaterThan(10);
  });

  test('every method runs; a model alone is scored in time and at the end again', async () => {
    const before = memory().numTensors;
    const interactions = log(240);
    const built = offlineMethods({ table, blend, seed: 1, epochs: 1 });
    const small = { config: baseConfig('sidestream', { embeddingDim: 8, maxSeqLen: 5, heads: 2, blocks: 1 }), table };
    const model = new WindowModel({ ...small, growth: 'grow', freeze: true, epochs: 4, earlyStopping: true, seed: 1 });
    const methods = [...OFFLINE_METHODS.slice(0, 5).map((name) => built[name]), { ...built.sidestream, model }];
    const learned: number[] = [];
    let [epochs, ranked] = [0, 0];
    const runs = await evaluateOffline({
      ...{ interactions, count: COUNT, methods, windows: 3 },
      onEpoch: () => epochs++,
      onLearned: (count) => learned.push(count),
      onRanked: () => ranked++,
    });
    expect(memory().numTensors).toBe(before);
    expect(runs.map(({ name }) => name)).toEqual([...OFFLINE_METHODS.slice(0, 5), 'sidestream']);
    expect(ranked).toBe(2 * methods.length);
    expect(learned).toHaveLength(4);
    expect(learned.reduce((a, b) => a + b)).toBe(epochs);
    const sidestream = runs[5];
    expect(sidestream.units.every(({ lnRank }) => Number.isFinite(lnRank))).toBe(true);
    expect(sidestream.alone).toHaveLength(2);
    expect(sidestream.parameters).toHaveLength(2);
    expect(sidestream.parameters[1]).toBeGreaterThan(sidestream.parameters[0]);
    // The last model is the one that ranked the last window, and another than the one before.
    expect(sidestream.retention[1]).toEqual(sidestream.alone[1]);
    expect(sidestream.retention[0]).not.toEqual(sidestream.alone[0]);
    expect(runs[0].retention).toEqual([]);
    for (const { newFirst, whole } of sidestream.ranked) {
      for (const [at, { isNew, rank }] of newFirst.entries()) {
        if (isNew) expect(rank).toBeLessThanOrEqual(whole[at].rank);
      }
    }
  });
});

test('a modality that is taken away has no features, the other keeps its own', () => {
  const texts = contentVectors(without(table, 'image'), blend);
  const images = contentVectors(without(table, 'text'), blend);
  for (let at = 0; at < texts.values.length; at++) {
    if (at % texts.width < table.dim) expect(Math.abs(images.values[at])).toBe(0);
    else expect(Math.abs(texts.values[at])).toBe(0);
  }
  expect(texts.values.some((value) => value !== 0)).toBe(true);
  expect(images.values.some((value) => value !== 0)).toBe(true);
});
