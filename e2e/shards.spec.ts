import { type Item, type Manifest, openBundle, writeBundle } from '../src/core/catalog';
import { topicContent } from '../src/testing/topics';
import { listOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

/** Enough for clusters, as `sidestream build` writes them from 20,001 items on. */
const ITEMS = 25_000;

const files = new Map<string, Uint8Array>();
let manifest: Manifest;
/** Items that the head does not have, by category. */
const outside = new Map<string, Item[]>();

test.beforeAll(async () => {
  manifest = await writeBundle(await topicContent({ items: ITEMS, topics: 150 }), async (name, bytes) => {
    files.set(name, bytes);
  });
  const fetchFile = async (name: string) => new Response(new Uint8Array(files.get(name) ?? []));
  const head = await openBundle(fetchFile, undefined, { whole: false });
  const known = new Set(head.items.map(({ id }) => id));
  for (const item of (await openBundle(fetchFile)).items) {
    if (!known.has(item.id)) outside.set(item.category, [...(outside.get(item.category) ?? []), item]);
  }
});

test('a catalogue of 25,000 items loads step by step: head, items near the choices, items in view', async ({
  page,
  context,
}) => {
  let asked: string[] = [];
  await serveHeadless(context);
  await context.route('**/large/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/large/', '');
    asked.push(name);
    const body = files.get(name);
    return route.fulfill(body ? { body: Buffer.from(body) } : { status: 404 });
  });
  await startHeadless(page, 'granted', '/large/');
  expect(await listOf(page)).toHaveLength(20);
  const { head, statistics } = manifest.clusters ?? {};
  // The items of the head are in the manifest; their features come after the list.
  expect(asked.slice(0, 2).toSorted()).toEqual(['manifest.json', statistics?.file]);
  await expect.poll(() => asked).toContain(head?.features.file);
  expect(asked).not.toContain(head?.items.file);

  const topics = [...outside.values()].filter((items) => items.length > 80);
  const [chosen] = topics;
  asked = [];
  await page.evaluate(
    async (ids) => {
      for (const id of ids) await window.recommender.track('click', id);
      await window.recommender.settled();
    },
    chosen.slice(0, 4).map(({ id }) => id),
  );
  const list = await listOf(page);
  const likely = new Set(chosen.map(({ id }) => id));
  expect(list.filter(([id]) => likely.has(id)).length).toBeGreaterThan(10);
  expect(asked.some((name) => name.startsWith('directory-'))).toBe(true);
  const bytes = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + (files.get(name)?.length ?? 0), 0);
  expect(bytes(new Set(asked))).toBeLessThan(bytes(files.keys()) / 2);

  const texts = asked
    .filter((name) => name.startsWith('items-'))
    .map((name) => new TextDecoder().decode(files.get(name)));
  const [seen] = topics.filter((items) => texts.every((text) => !text.includes(`"${items[0].category}"`)));
  asked = [];
  const similar = await page.evaluate(async (itemId) => {
    const { items } = await window.recommender.recommend({ placement: 'similar', itemId, limit: 10 });
    return items.map(({ item }) => item.category);
  }, seen[0].id);
  expect(similar.filter((category) => category === seen[0].category).length).toBeGreaterThan(7);
  expect(asked.some((name) => name.startsWith('items-'))).toBe(true);

  await page.evaluate(() => window.recommender.settled());
  const before = await listOf(page);
  await startHeadless(page, undefined, '/large/');
  await page.evaluate(() => window.recommender.settled());
  const { consent, events } = await page.evaluate(() => window.recommender.status());
  expect({ consent, events }).toEqual({ consent: 'granted', events: 4 });
  const after = await listOf(page);
  expect(after.filter(([id]) => likely.has(id)).length).toBeGreaterThan(10);
  const same = new Set(before.map(([id]) => id));
  expect(after.filter(([id]) => same.has(id)).length).toBeGreaterThan(15);
  expect(await page.evaluate(() => window.codes)).toEqual([]);
});
