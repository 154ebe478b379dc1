import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { serveContent } from '../../../../testing/served-shop';
import { topicContent } from '../../../../testing/topics';

const COUNT = 400;

it("the experts' scores of all items are the same after the profile was read again", async () => {
  const content = await topicContent({ items: COUNT, topics: 20 });
  const shop = await serveContent(content);
  const engine = await shop.open();
  const liked = content.items.filter(({ category }) => category === content.items[0].category);
  for (const { id } of liked.slice(0, 12)) await engine.track('click', id, {});
  const said = (): Promise<number[]> =>
    Promise.all(content.items.map(async ({ id }) => (await engine.explain(id, {})).contributions.preference ?? 0));
  // Each expert has its part, and the choices from which it learned it.
  const { contributions, experts } = await engine.explain(liked[15].id, {});
  const known = await engine.status();
  expect(experts.length).toBeGreaterThan(1);
  for (const { id, state } of experts) expect(known.experts).toContainEqual(expect.objectContaining({ id, state }));
  const sum = experts.reduce((total, { contribution }) => total + contribution, 0);
  expect(sum).toBeCloseTo(contributions.preference, 4);
  const choices = experts.find(({ state }) => state === 'generalist')?.choices ?? [];
  expect(choices.map(({ item }) => item.id)).toEqual(
    liked
      .slice(0, 12)
      .toReversed()
      .map(({ id }) => id),
  );
  for (const { time } of choices) expect(time).toBeGreaterThan(Date.now() - 3_600_000);
  const before = await said();
  expect(before.filter((part) => part !== 0).length).toBeGreaterThan(COUNT / 2);
  await engine.importProfile(await engine.exportProfile());
  await engine.settled();
  for (const [n, part] of (await said()).entries()) expect(part).toBeCloseTo(before[n], 5);
  await engine.close();
  await shop.close();
});
