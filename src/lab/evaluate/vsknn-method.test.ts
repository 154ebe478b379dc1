import { expect, it } from 'vitest';
import { pastShoppers } from './past-shoppers';
import { vsknnMethod, vsknnSettings } from './vsknn-method';

const rowOf = new Map(Array.from({ length: 21 }, (_, row) => [`i${row}`, row]));
/** Shoppers who go round one of two rings of ten items. */
const events = (users: number, length = 16) =>
  Array.from({ length: users }, (_, user) =>
    Array.from({ length }, (_, n) => ({
      ...{ user: `u${user}`, time: user * 1000 + n },
      item: `i${10 * (user % 2) + ((user + n * 3) % 10)}`,
    })),
  ).flat();

it('scores what shoppers of the same taste chose', async () => {
  const settings = await vsknnSettings({ past: events(30), rowOf, count: 21 });
  const run = vsknnMethod({ past: events(30), rowOf, count: 21 }, settings).start();
  expect(Math.max(...(await run.scores()))).toBe(0);
  await run.observe(12, 5);
  const scores = await run.scores();
  expect(scores[15]).toBeGreaterThan(0);
  expect([scores[5], scores[20]]).toEqual([0, 0]);
});

it('has default settings where no shopper can judge them', async () => {
  expect(await vsknnSettings({ past: events(4), rowOf, count: 21 })).toMatchObject({ neighbours: 500, halfLife: 4 });
});

it('holds out every fifth shopper with enough events', () => {
  const { judges, others } = pastShoppers([...events(12), { user: 'few', item: 'i1', time: 1e6 }], rowOf, 11);
  expect(judges.map(({ id }) => id)).toEqual(['u4', 'u9']);
  expect(others).toHaveLength(11);
  expect(pastShoppers(events(3000, 11), rowOf, 11).judges).toHaveLength(40);
});
