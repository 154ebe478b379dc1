import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { serveContent } from '../testing/served-shop';
import { topicContent } from '../testing/topics';

const COUNT = 400;

it('what the experts say of every item is the same after the profile was read again', async () => {
  const content = await topicContent({ items: COUNT, topics: 20 });
  const shop = await serveContent(content);
  const engine = await shop.open();
  const liked = content.items.filter(({ category }) => category === content.items[0].category);
  for (const { id } of liked.slice(0, 12)) await engine.track('click', id, {});
  const said = (): Promise<number[]> =>
    Promise.all(content.items.map(async ({ id }) => (await engine.explain(id, {})).contributions.preference ?? 0));
  const before = await said();
  expect(before.filter((part) => part !== 0).length).toBeGreaterThan(COUNT / 2);
  await engine.importProfile(await engine.exportProfile());
  await engine.settled();
  for (const [n, part] of (await said()).entries()) expect(part).toBeCloseTo(before[n], 5);
  await engine.close();
  await shop.close();
});
