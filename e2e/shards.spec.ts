import { type Item, type Manifest, openBundle, openHead, writeBundle } from '../src/core/catalog';
import { topicContent } from '../testing/topics';
import { listOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

const ITEMS = 21_000;

const files = new Map<string, Uint8Array>();
let manifest: Manifest;
let items: Item[];
/** Items that the head does not have, by category. */
const outside = new Map<string, Item[]>();

/** Others chose item n with the item half a catalogue later; every tenth item sold lately, the last ones most. */
const half = (n: number): number => (n + ITEMS / 2) % ITEMS;
const LOG = {
  cooccurrence: {
    count: ITEMS,
    offsets: Uint32Array.from({ length: ITEMS + 1 }, (_, n) => n),
    rows: Uint32Array.from({ length: ITEMS }, (_, n) => half(n)),
    lifts: new Float32Array(ITEMS).fill(4),
  },
  demand: {
    choices: Float32Array.from({ length: ITEMS }, (_, n) => 1 + (n % 97)),
    recent: Float32Array.from({ length: ITEMS }, (_, n) => (n % 10 === 0 ? n : 0)),
  },
};

test.beforeAll(async () => {
  const sink = async (name: string, bytes: Uint8Array) => void files.set(name, bytes);
  const content = await topicContent({ items: ITEMS, topics: 150 });
  // Only the log says what sells.
  const unpopular = content.items.map(({ popularity: _, ...item }) => item);
  manifest = await writeBundle({ ...content, items: unpopular }, sink, { learned: LOG });
  const fetchFile = async (name: string) => new Response(new Uint8Array(files.get(name) ?? []));
  const { head } = await openHead(fetchFile);
  const first = new Set(head.items.map(({ id }) => id));
  ({ items } = await openBundle(fetchFile));
  for (const item of items) {
    if (!first.has(item.id)) outside.set(item.category, [...(outside.get(item.category) ?? []), item]);
  }
});

const bytesOf = (names: Iterable<string>): number =>
  [...new Set(names)].reduce((sum, name) => sum + (files.get(name)?.length ?? 0), 0);

test('a catalogue of 21,000 items with a log loads what the lists need', async ({ page, context }) => {
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
  expect(manifest.shards.whole).toBe(false);
  expect(asked.toSorted()).toEqual([manifest.shards.head.file, 'manifest.json'].toSorted());
  expect(bytesOf(asked)).toBeLessThan(60_000);
  const trending = await page.evaluate(async () => {
    const { items } = await window.recommender.recommend({ placement: 'trending', limit: 3 });
    return items.map(({ item }) => item.id);
  });
  expect(trending).toEqual([ITEMS - 10, ITEMS - 20, ITEMS - 30].map((n) => items[n].id));

  const topics = [...outside.values()].filter((some) => some.length > 80);
  const [chosen, other] = topics;
  const likely = new Set(chosen.map(({ id }) => id));
  await page.evaluate(
    async (ids) => {
      for (const id of ids) await window.recommender.track('click', id);
      await window.recommender.status.settled();
    },
    chosen.slice(0, 4).map(({ id }) => id),
  );
  const list = await listOf(page);
  expect(list.filter(([id]) => likely.has(id)).length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(80);
  expect(bytesOf(asked)).toBeLessThan(bytesOf(files.keys()) / 3);

  // Products that were not loaded: similar ones, what others chose with one, and a search.
  const lists = await page.evaluate(
    async ({ itemId, text }) => {
      const similar = await window.recommender.recommend({ placement: 'similar', itemId, limit: 10 });
      const complement = await window.recommender.recommend({ placement: 'complement', itemId, limit: 3 });
      const found = await window.recommender.find({ text, limit: 5 });
      return {
        similar: similar.items.map(({ item }) => item.category),
        complement: complement.items[0].item.id,
        found: found.items.map(({ item }) => item.category),
      };
    },
    { itemId: other[0].id, text: chosen[0].title.replace(/^Item \d+ of /, '') },
  );
  expect(lists.similar.filter((category) => category === other[0].category).length).toBeGreaterThan(7);
  const row = items.findIndex(({ id }) => id === other[0].id);
  expect(lists.complement).toBe(items[half(row)].id);
  expect(lists.found).toEqual(new Array(5).fill(chosen[0].category));

  await page.evaluate(() => window.recommender.status.settled());
  const before = await listOf(page);
  asked = [];
  await startHeadless(page, undefined, '/large/');
  await page.evaluate(() => window.recommender.status.settled());
  const { consent, events } = await page.evaluate(() => window.recommender.status.get());
  expect({ consent, events }).toEqual({ consent: 'granted', events: 4 });
  const after = await listOf(page);
  expect(after.filter(([id]) => likely.has(id)).length).toBeGreaterThan(10);
  const same = new Set(before.map(([id]) => id));
  expect(after.filter(([id]) => same.has(id)).length).toBeGreaterThan(15);
  expect(asked.length).toBeLessThan(80);
  expect(await page.evaluate(() => window.codes)).toEqual([]);
});
