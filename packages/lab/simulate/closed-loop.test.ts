import { expect, it } from 'vitest';
import { catalogIndex } from '../../../src/device/ranking';
import { smallWorld } from '../../../testing/simulation';
import { type ShopBlock, simulateBlock } from './block';
import { choicesOf, closedLoop, type LoopRun, loopFigures, popularityOf } from './closed-loop';
import { simulatedShopper } from './shopper';
import { type Configuration, simulatedShop } from './shops';

const { world, market, before } = smallWorld();
const ROUNDS = 3;
const COHORT = 50;
const PART = { part: 20, arrival: Number.POSITIVE_INFINITY };
const steady = (cohort: number, n: number) => simulatedShopper(world, 'steady', [cohort, n], PART, 20);
const past = Array.from({ length: COHORT }, (_, n) => steady(0, n).wants).flatMap((rows, n) =>
  rows.map((row, time) => ({ user: `${n}`, row, time })),
);

/** The loop of a shop, in blocks of ten shoppers. */
const loop = (name: Configuration): Promise<LoopRun> =>
  closedLoop({ name, rounds: ROUNDS, past, items: 120, seed: 1 }, async (round, popularity) => {
    const items = before.index.items.map((item, row) => ({ ...item, popularity: popularity[row] || undefined }));
    const now = { ...before, index: catalogIndex(items, before.table, before.blend) };
    const shop = simulatedShop(name, { before: now, after: now });
    const blocks: ShopBlock[] = [];
    for (let block = 0; block < COHORT / 10; block++) {
      const shoppers = Array.from({ length: 10 }, (_, n) => steady(2 + round, 10 * block + n));
      blocks.push(...simulateBlock([shop], shoppers, market));
    }
    return blocks;
  });

it('narrows the choices in a shop that shows popular items, compared with random lists', async () => {
  const [random, popular] = loopFigures([await loop('random'), await loop('popularity')]);
  expect(random.againstRandom).toBeNull();
  expect(random.rounds).toHaveLength(ROUNDS);
  const against = popular.againstRandom;
  expect(against?.gini.low).toBeGreaterThan(0);
  expect(against?.topDecile.low).toBeGreaterThan(0);
  expect(popular.change.gini.mean).toBeCloseTo(popular.rounds[ROUNDS - 1].gini.mean - popular.rounds[0].gini.mean, 10);
});

it('gives each round the popularity that all choices before it make', async () => {
  const seen: Float32Array[] = [];
  const block = (row: number): ShopBlock => ({
    name: 'a',
    records: [],
    listed: [0, 0, 0],
    chosen: [0, 0, 0].map((_, at) => (at === row ? 6 : 0)),
    fit: {},
    experts: { count: [], sum: [], squares: [] },
    updateMs: [],
  });
  const log = [0, 0, 1, 0].map((row, time) => ({ user: 'u', row, time }));
  const run = await closedLoop({ name: 'a', rounds: 3, past: log, items: 3, seed: 1 }, async (round, popularity) => {
    seen.push(popularity);
    return [block(round === 0 ? 2 : 1)];
  });
  expect(run.rounds).toHaveLength(3);
  expect(seen[0]).toEqual(popularityOf(log, 3));
  expect(seen[0][2]).toBe(0);
  // The latest choices count most, and all choices count.
  expect(seen[1][2]).toBeGreaterThan(6);
  expect(seen[1].reduce((sum, value) => sum + value)).toBeCloseTo(10, 4);
  expect(seen[2][1]).toBeGreaterThan(seen[1][1]);
  expect([...choicesOf(log, 3)]).toEqual([3, 1, 0]);
});
