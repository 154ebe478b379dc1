import '@tensorflow/tfjs-backend-cpu';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, baseConfig, initialWeights } from '../base-model';
import { createTable, type Factors, type Item, mapColumns, quantizeRow } from '../catalog';
import { ExpertReplay, type LearnerCatalog } from '../learner';
import { seededRandom } from '../model';
import { catalogIndex } from '../ranking';
import type { LogEvent } from './event-log';
import { learnGradientMap, mapShoppers, replaysOf, withMap } from './gradient-map';
import { learnerMethod } from './methods';
import type { Shopper } from './shoppers';

const COUNT = 80;
const GROUPS = 8;
const SHAPE = { dim: 4, taps: { text: 2, image: 2 } };
const config = baseConfig('sidestream', { embeddingDim: 4, maxSeqLen: 5, heads: 2, blocks: 1 });

/** Items of eight groups, whose features are noise: only the factors tell the groups apart. */
function shopOf(seed: number): { catalog: LearnerCatalog; model: BaseModel } {
  const random = seededRandom(seed);
  const table = createTable(SHAPE, COUNT);
  for (let row = 0; row < COUNT * 4; row++) {
    const vector = Float32Array.from({ length: 4 }, () => random() - 0.5);
    table.scales[row] = quantizeRow(vector, table.values, row * 4);
  }
  const items: Item[] = Array.from({ length: COUNT }, (_, row) => ({
    ...{ id: `i${row}`, title: '', description: '', category: 'one', availability: 'in-stock', attributes: {} },
  }));
  const values = Float32Array.from({ length: COUNT * GROUPS }, (_, at) =>
    Math.floor(at / GROUPS) % GROUPS === (at + seed) % GROUPS ? 1 : 0,
  );
  const factors: Factors = { blocks: [{ name: 'users', width: GROUPS, values }] };
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  const catalog = { index: catalogIndex(items, table, blend, { factors }), table, blend };
  return { catalog, model: BaseModel.from(initialWeights(config, table, 4, seed), config, table) };
}
// The factors have their columns in another order later, as those of another decomposition do.
const [before, now] = [shopOf(8), shopOf(11)];

/** Shoppers who choose of one group first. @param next group of a later choice */
function shoppersOf(count: number, next: (group: number, random: () => number) => number): Shopper[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, n) => {
    const group = n % GROUPS;
    const rows: number[] = [];
    for (let place = 0; place < 18; place++) {
      // Nine of the first group come first, then those of others.
      const of = place < 9 ? group : next(group, random);
      const all = [...Array(COUNT).keys()].filter((row) => !rows.includes(row));
      const own = all.filter((row) => row % GROUPS === of);
      const free = own.length > 0 ? own : all;
      rows.push(free[Math.floor(random() * free.length)]);
    }
    return { id: `u${n}`, rows, times: rows.map((_row, at) => at) };
  });
}
const known = [...Array(COUNT).keys()];
const later = new Float32Array(COUNT).fill(1);

beforeAll(async () => {
  env().set('PROD', true);
  await setBackend('cpu');
});

describe('learnGradientMap', () => {
  it('finds which choices predict others, by what the shop knows now', async () => {
    // Who chose of an even group chooses of the next one, and the other way round.
    const shoppers = shoppersOf(48, (group) => group ^ 1);
    let replays = 0;
    const request = { before, now: async () => now, known, later, shoppers, seed: 1, onProgress: () => void replays++ };
    const tensors = memory().numTensors;
    const { map, evidence, coldStart } = await learnGradientMap(request);
    // Everything was chosen before.
    expect(coldStart).toBeNull();
    expect(memory().numTensors - tensors).toBe(
      [before, now].reduce((sum, { model }) => sum + Object.keys(model.weights).length, 0),
    );
    expect(replays).toBe(replaysOf(shoppers));
    expect(evidence).toMatchObject({ shoppers: 48, choices: 48 * 16, heldOut: 16 });
    expect(evidence.change.mean).toBeLessThan(-2 * evidence.change.se);
    if (!map) throw new Error('there is no map');
    expect(map.blocks.map(({ name }) => name)).toEqual(['content 8', 'place 24', 'embedding 4', 'users 8']);
    // Of the factors' columns now, those of a pair of groups are the most related.
    const columns = mapColumns(map);
    const entry = (i: number, j: number): number =>
      map.eigenvalues.reduce((sum, value, k) => {
        const [a, b] = [i, j].map((column) => map.eigenvectors[k * columns + columns - GROUPS + column]);
        return sum + value * a * b;
      }, 0);
    const columnOf = (group: number): number => (group - 11 + 2 * GROUPS) % GROUPS;
    for (let group = 0; group < GROUPS; group++) {
      const others = [...Array(GROUPS).keys()].filter((other) => other !== group);
      const nearest = others.reduce((one, other) =>
        entry(columnOf(group), columnOf(other)) > entry(columnOf(group), columnOf(one)) ? other : one,
      );
      expect(nearest, `group ${group}`).toBe(group ^ 1);
    }
  });

  it('leaves the map out where what was chosen says nothing of what will be', async () => {
    const shoppers = shoppersOf(30, (_, random) => Math.floor(random() * GROUPS));
    const { map, evidence } = await learnGradientMap({ before, now: async () => now, known, later, shoppers, seed: 1 });
    expect(map).toBeNull();
    expect(evidence.change.mean + evidence.change.se).toBeGreaterThanOrEqual(0);
  });
});

describe('a replay', () => {
  it('ranks as the learner does while that has one expert, with a map too', async () => {
    // The first candidate is born after the sixth.
    const rows = [0, 9, 8, 33, 47, 16];
    const { matrix } = await ExpertReplay.of(before.catalog, before.model);
    const blocks = matrix.blocks.map(({ name, from, to }) => ({ name, width: to - from }));
    const vector = Float32Array.from({ length: matrix.width }, (_, d) => Math.sin(d) / 5);
    const map = { blocks, eigenvalues: Float32Array.of(-9), eigenvectors: vector };
    const ranks = async (own: typeof map | null): Promise<[number[], number[]]> => {
      const catalog = withMap(before.catalog, own);
      const replayed: number[] = [];
      const replay = await ExpertReplay.of(catalog, before.model);
      await replay.run(rows, ({ rank }) => void replayed.push(rank));
      const run = learnerMethod({
        lists: [{ name: 'x', anchor: false }],
        catalog,
        base: before.model,
        options: { seed: 1, backend: 'cpu' },
      }).start();
      const learned: number[] = [];
      for (const [n, row] of rows.entries()) {
        const score = await run.scores();
        const seen = rows.slice(0, n);
        if (n > 0) learned.push(1 + score.filter((value, other) => value > score[row] && !seen.includes(other)).length);
        await run.observe(row, n);
      }
      run.close();
      return [replayed, learned];
    };
    const [replayed, learned] = await ranks(null);
    expect(replayed).toEqual(learned);
    const [mapped, learnedToo] = await ranks(map);
    expect(mapped).toEqual(learnedToo);
    expect(mapped).not.toEqual(replayed);
  });

  it('does not learn a repeated choice', async () => {
    const replay = await ExpertReplay.of(before.catalog, before.model);
    const places: number[] = [];
    await replay.run([3, 5, 3, 7], ({ place }) => void places.push(place));
    expect(places).toEqual([1, 3]);
  });
});

describe('mapShoppers', () => {
  const rowOf = new Map(known.map((row) => [`i${row}`, row]));
  /** Some users of the earlier part; then newcomers with so many events each, on two of whom the earlier part knows. */
  const log = (users: number, events: number): LogEvent[] => {
    const all: LogEvent[] = Array.from({ length: users * events }, (_, n) => ({
      ...{ user: `u${Math.floor(n / events)}`, item: `i${n % COUNT}`, time: 1e6 + n },
    }));
    const earlier = Array.from({ length: Math.ceil(1.5 * all.length) }, (_, n) => ({
      ...{ user: n % 2 ? 'u0' : 'old', item: `i${n % COUNT}`, time: n },
    }));
    return [...earlier, ...all];
  };

  it('takes those whom the earlier part does not know, at most 200 of them', () => {
    expect(mapShoppers(log(60, 60), rowOf)).toMatchObject({ cold: { length: 59 } });
    const many = mapShoppers(log(500, 25), rowOf);
    expect(many?.cold).toHaveLength(200);
    expect(new Set(many?.cold.map(({ id }) => id)).size).toBe(200);
    expect(many?.past.every(({ time }) => time < 1e6)).toBe(true);
  });

  it('is null where they, or their choices, are too few', () => {
    expect(mapShoppers(log(29, 110), rowOf)).toBeNull();
    expect(mapShoppers(log(60, 30), rowOf)).toBeNull();
    expect(mapShoppers(log(200, 19), rowOf)).toBeNull();
  });
});
