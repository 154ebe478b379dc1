import { expect, test } from 'vitest';
import { baseConfig, initialWeights } from '../base-model';
import { expertCounts, LADDERS, type Utilization } from '../model';
import { categoryTable } from '../testing/experts';
import { nextWeights } from './offline-windows';

const table = categoryTable(11);
const weights = initialWeights(baseConfig('sidestream', { embeddingDim: 8, heads: 2, blocks: 1 }), table, 4, 1);
const utilization = (experts: number[]): Utilization => ({
  text: [experts, experts],
  image: [experts],
});

test.each(['sidestream', 'paper'] as const)('by the recipe %s an unused expert goes, unless none may', (recipe) => {
  const two = nextWeights(weights, utilization([0.5, 0.5]), recipe, { seed: 1 });
  const shares = utilization([0.5, 0.49, 0.01]);
  for (const ladder of LADDERS) {
    const counts = (pruning?: boolean) => expertCounts(nextWeights(two, shares, recipe, { seed: 1, pruning }))[ladder];
    expect(counts().every((count) => count === 2)).toBe(true);
    expect(counts(false).every((count) => count === 3)).toBe(true);
  }
});

test('the number of experts has a budget, or none', () => {
  let [bounded, free] = [weights, weights];
  for (let window = 0; window < 5; window++) {
    const even = (count: number) => utilization(new Array(count + 1).fill(1 / (count + 1)));
    bounded = nextWeights(bounded, even(expertCounts(bounded).image[0]), 'sidestream', { seed: 1 });
    free = nextWeights(free, even(expertCounts(free).image[0]), 'sidestream', {
      seed: 1,
      pruning: false,
      maxExperts: Number.POSITIVE_INFINITY,
    });
  }
  expect(expertCounts(bounded).text).toEqual([4, 4]);
  expect(expertCounts(free).text).toEqual([6, 6]);
});
