import { expect, it } from 'vitest';
import { choicesFrom, type Interaction } from '../../../packages/shop/training';
import type { Bundle } from '../../../src/core/catalog';
import { gainOver, heldOutChoices, hitRate, itemKnnRanks, popularityRanks } from './rivals';

const ITEMS = 60;
/** Shoppers who choose items of one of three groups, in an order of their own, and the first item twice. */
const interactions = Array.from({ length: 150 }, (_, user) =>
  Array.from({ length: 9 }, (_, n): Interaction => {
    const row = (user % 3) + 3 * ((user * 7 + (n % 8) * 11) % 20);
    return { user: `u${user}`, row, time: user * 100 + n };
  }),
).flat();
const bundle = { items: [] } as Partial<Bundle> as Bundle;
const meter = { start: () => {}, advance: () => {}, stop: () => {} };

it('ranks the later choices of shoppers who were held out, each among what they have not chosen', async () => {
  const choices = heldOutChoices(choicesFrom(interactions), ITEMS);
  expect(choices.shoppers).toHaveLength(7);
  expect(choices.learned).toHaveLength(143);
  const popularity = popularityRanks(choices);
  // Eight different choices, of which the first is not ranked.
  expect(popularity.map(({ length }) => length)).toEqual(Array.from({ length: 7 }, () => 7));
  const knn = itemKnnRanks(choices, { bundle, count: ITEMS, seed: 1, meter, say: () => {} });
  expect(knn.map(({ length }) => length)).toEqual(popularity.map(({ length }) => length));
  // A ranking by the group knows which 20 of the 60 items can follow.
  expect(hitRate(knn)).toBeGreaterThan(1.5 * (hitRate(popularity) ?? 1));
});

it('holds nobody out of a short log', async () => {
  const choices = heldOutChoices(choicesFrom(interactions.slice(0, 90)), ITEMS);
  const ranks = popularityRanks(choices);
  expect([choices.shoppers, ranks, hitRate(ranks)]).toEqual([[], [], null]);
  expect(gainOver([], { popularity: [], 'item-knn': [] })).toBeNull();
});

it('compares with the better rival, shopper by shopper', () => {
  const side = [[1, 2], [30, 5, 20, 40], [], [50]];
  const rivals = {
    popularity: [[30, 40], [1, 30, 30, 30], [], [70]],
    'item-knn': [[1, 40], [30, 30, 30, 2], [], [50]],
  };
  // Differences of 1/2, 0 and 0; the shopper without a ranked choice does not count.
  expect(gainOver(side, rivals)).toEqual({
    mean: expect.closeTo(1 / 6),
    error: expect.closeTo(1 / 6),
    rival: 'item-knn',
    shoppers: 3,
  });
});
