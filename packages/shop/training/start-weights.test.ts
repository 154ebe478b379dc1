import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import { Learner, type LearnerCatalog, START_WITH_SIDE } from '../../../src/device/learner';
import { scores, TERMS, type TermWeights } from '../../../src/device/ranking';
import { sideModel } from '../../../testing/side-models';
import { threeGroups } from '../../../testing/three-groups';
import { fitStartWeights } from './start-weights';

const COUNT = 90;
const shop = threeGroups(COUNT);
const catalog: LearnerCatalog = { ...shop, index: { ...shop.index, side: sideModel(COUNT, 4, [0.3, 0.9]) } };
const start = START_WITH_SIDE.weights;

/** The given weights; all others are 0. */
const only = (given: Partial<TermWeights>): TermWeights =>
  Object.fromEntries(TERMS.map((name) => [name, given[name] ?? 0])) as TermWeights;

/** Choices one second apart. */
const timed = (rows: readonly number[], seconds = (n: number): number => n) =>
  rows.map((row, n) => ({ row, time: 1000 * seconds(n) }));

/** Shoppers who choose by the softmax of some terms, as computed by a learner with the start weights. */
function streams(weights: TermWeights, shoppers: number, choices: number, seed: number) {
  const random = seededRandom(seed);
  return Array.from({ length: shoppers }, () => {
    const learner = new Learner(catalog);
    const rows: number[] = [];
    while (rows.length < choices) {
      const score = scores(learner.terms, weights);
      const shares = Array.from(score, (value, row) => (rows.includes(row) ? 0 : Math.exp(value)));
      let left = random() * shares.reduce((sum, share) => sum + share, 0);
      const found = shares.findIndex((share) => {
        left -= share;
        return left < 0;
      });
      const row = Math.max(0, found);
      rows.push(row);
      const { id } = catalog.index.items[row];
      learner.observe({ id: rows.length, type: 'click', itemId: id, time: rows.length });
    }
    return timed(rows);
  });
}

describe('fitStartWeights', () => {
  /** Shoppers who choose by popularity: no more than a fit needs, since a fit takes a second. */
  const popular = streams(only({ popularity: 4 * start.popularity }), 22, 11, 1);
  let fitted: Record<string, number>;
  beforeAll(async () => {
    fitted = (await fitStartWeights(catalog, popular, { seed: 1 }))?.weights ?? {};
  });

  it('raises the weight of the term that explains the choices, and lowers those of noise', async () => {
    expect(fitted.popularity).toBeGreaterThan(2 * start.popularity);
    for (const name of ['sideModel', 'nearestHistory', 'category', 'preference'] as const) {
      expect(fitted[name], name).toBeLessThan(0.8 * start[name]);
    }
  });

  it('tells the first choices of a visit, all lines of its order at once, from the later ones', async () => {
    const random = seededRandom(3);
    const below = (count: number): number => Math.floor(random() * count);
    // Every order has four items of one group, and the next order of any.
    const orders = Array.from({ length: 40 }, () =>
      Array.from({ length: 3 }, () => ({ group: below(3), first: below(COUNT / 3) })).flatMap(({ group, first }) =>
        Array.from({ length: 4 }, (_, n) => group + 3 * ((first + 7 * n) % (COUNT / 3))),
      ),
    );
    const hourly = orders.map((rows) => timed(rows, (n) => 3600 * Math.floor(n / 4)));
    const { weights, opening } = (await fitStartWeights(catalog, hourly, { seed: 1 })) ?? {};
    expect(weights?.nearestHistory).toBeGreaterThan(2 * start.nearestHistory);
    expect(opening?.nearestHistory).toBeLessThan(0.8 * start.nearestHistory);
    // Without pauses and orders, all choices are of one visit.
    expect(await fitStartWeights(catalog, popular, { seed: 1 })).not.toHaveProperty('opening');
  });

  it('weighs how often an item was bought by how much that says, if shoppers buy again', async () => {
    const random = seededRandom(7);
    const repeating = (share: number) =>
      Array.from({ length: 32 }, () => {
        const rows: number[] = [];
        while (rows.length < 22) {
          const again = rows.length > 0 && random() < share;
          rows.push(again ? rows[Math.floor(random() * rows.length)] : Math.floor(random() * COUNT));
        }
        return timed(rows);
      });
    const frequencyOf = async (share: number): Promise<number> =>
      (await fitStartWeights(catalog, repeating(share), { seed: 1 }))?.repeats?.frequency ?? 0;
    const [often, seldom] = [await frequencyOf(0.6), await frequencyOf(0.2)];
    expect(seldom).toBeGreaterThan(0.5);
    expect(often).toBeGreaterThan(1.2 * seldom);
    expect(fitted).not.toHaveProperty('repeats');
  });

  it('finds another term by other choices', async () => {
    const chosen = streams(only({ category: 6 * start.category }), 22, 11, 2);
    const fitted = (await fitStartWeights(catalog, chosen, { seed: 1 }))?.weights ?? {};
    expect(fitted.category).toBeGreaterThan(1.5 * start.category);
    expect(fitted.popularity).toBeLessThan(0.8 * start.popularity);
  });

  it('keeps the weights if they already explain the choices', async () => {
    // The values of the read-outs include their weight.
    const chosen = streams({ ...start, preference: 1 }, 30, 14, 3);
    const fitted = (await fitStartWeights(catalog, chosen, { seed: 1 }))?.weights ?? {};
    for (const name of ['sideModel', 'preference'] as const) {
      expect(Math.abs(Math.log((fitted[name] ?? Number.NaN) / start[name])), name).toBeLessThan(0.3);
    }
  });

  it('fits the terms that follow from choices, each up to a factor of 8; one that says nothing is off', async () => {
    const fitted =
      (await fitStartWeights(catalog, streams(only({ popularity: 20 }), 25, 10, 4), { seed: 1 }))?.weights ?? {};
    const expected = TERMS.filter((name) => name !== 'coldStart' && name !== 'disliked' && start[name] > 0);
    expect(Object.keys(fitted).sort()).toEqual([...expected].sort());
    for (const name of expected) {
      const ratio = (fitted[name] ?? Number.NaN) / start[name];
      expect(ratio, name).toBeGreaterThanOrEqual(0);
      expect(ratio, name).toBeLessThan(8.1);
    }
  });

  it('does not depend on the start weights that the shop had before, and is the same each time', async () => {
    const startWeights = { weights: { popularity: 9, preference: 9 } };
    expect((await fitStartWeights({ ...catalog, startWeights }, popular, { seed: 1 }))?.weights).toEqual(fitted);
  });

  it('is null if there are too few choices', async () => {
    expect(await fitStartWeights(catalog, [], { seed: 1 })).toBeNull();
    expect(await fitStartWeights(catalog, streams(only({}), 10, 8, 6), { seed: 1 })).toBeNull();
    // The first choice of a shopper has no predecessor, and a repeat does not count.
    expect(await fitStartWeights(catalog, new Array(300).fill(timed([4, 4, 4])), { seed: 1 })).toBeNull();
  });
});
