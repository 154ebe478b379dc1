import { expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { choicesFrom, cooccurrenceTable, type Interaction } from './interactions';
import { byProduct, demandOf, interactionsOf, purchasesOf, repeatShareOf, shopChoices } from './product-log';

const event = (type?: string) => ({ user: 'u', item: 'i', time: 0, ...(type === undefined ? {} : { type }) });

it('counts all events of a log without types as purchases, and otherwise only purchases', () => {
  expect(purchasesOf([event(), event()])).toHaveLength(2);
  expect(purchasesOf([event('view'), event('Purchase'), event(), event('transaction')])).toEqual([
    event('Purchase'),
    event('transaction'),
  ]);
  expect(purchasesOf([event('view'), event('addtocart')])).toEqual([]);
});

it('counts events on any variant of a product as events on the product, and gives each variant the counts', async () => {
  const { sink, fetchFile } = memoryBundle();
  const shop = [...'abcd'].flatMap((group) => [1, 2, 3].map((n) => makeItem(`${group}${n}`, { group })));
  await writeBundle(await bundleContent(shop), sink);
  const visits = Array.from({ length: 12 }, (_, n) => [`a${1 + (n % 3)}`, `c${3 - (n % 3)}`, n % 2 ? 'b2' : 'd1']);
  const events = visits.flatMap((items, user) =>
    items.map((item, n) => ({ user: `u${user}`, item, time: 1e12 + user * 864e5 + n * 6e4 })),
  );
  const { bundle, log, products } = byProduct(await openBundle(fetchFile), { events, rejected: [] });
  expect(bundle.items.map(({ id }) => id)).toEqual(['a1', 'b1', 'c1', 'd1']);
  expect(bundle.features.count).toBe(4);
  const { interactions, unknown } = interactionsOf(log, bundle);
  expect([interactions.length, unknown]).toEqual([events.length, 0]);
  const counted = { cooccurrence: cooccurrenceTable(choicesFrom(interactions), 4), demand: demandOf(log, bundle) };
  const { cooccurrence, demand } = products.spread(counted);
  expect([...(demand?.choices ?? [])]).toEqual([12, 12, 12, 6, 6, 6, 12, 12, 12, 6, 6, 6]);
  expect(cooccurrence?.count).toBe(shop.length);
  // Of each product the first variant has the entries, which are about first variants.
  expect(cooccurrence?.rows.every((row) => row % 3 === 0)).toBe(true);
  expect(cooccurrence?.offsets[1]).toBeGreaterThan(0);
  expect(cooccurrence?.offsets[3]).toBe(cooccurrence?.offsets[1]);
});

it('finds an item by its title if the bundle lacks the id, with or without the title of a variant', async () => {
  const { sink, fetchFile } = memoryBundle();
  const titles = { jumper: 'Jumper - Rollneck', mug: 'Mug', 'mug-2': 'Mug', 'S-1': 'Scarf' };
  await writeBundle(await bundleContent(Object.entries(titles).map(([id, title]) => makeItem(id, { title }))), sink);
  const events = [
    ['J-1', 'Jumper - Rollneck - Red / M'],
    ['J-2', 'Jumper - Rollneck'],
    ['S-1', 'Jumper - Rollneck'],
    ['M-1', 'Mug - Blue'],
    ['X-1', 'Jumper'],
  ].map(([item, title]) => ({ user: 'u', item, time: 1, title }));
  const { log, unknown, notes } = shopChoices(await openBundle(fetchFile), { events, rejected: [] });
  // Two items are called "Mug".
  expect(log.events.map(({ item }) => item)).toEqual(['jumper', 'jumper', 'S-1', 'M-1', 'X-1']);
  expect(log.events[0]).toEqual({ user: 'u', item: 'jumper', time: 1 });
  expect(unknown).toBe(2);
  expect(notes[0]).toBe('The items of 2 events were found by their title, because the bundle lacks their id');
});

it('names up to three ids that a bundle lacks, the most frequent first', async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent([makeItem('a')]), sink);
  const bundle = await openBundle(fetchFile);
  const of = (ids: string) => ({ events: [...ids].map((item) => ({ user: 'u', item, time: 1 })), rejected: [] });
  expect(shopChoices(bundle, of('abcddcdex')).unknownNote).toBe(
    '8 events are about items that are not in the bundle, such as "d", "c", "b"; left out',
  );
  expect(shopChoices(bundle, of('a')).unknownNote).toBeNull();
  expect(() => interactionsOf(of('xy'), bundle)).toThrow('The log has "x", "y", the bundle "a".');
});

const DAY = 24 * 3600 * 1000;

/** One shopper's purchases of an item at these days. */
const bought = (row: number, days: readonly number[], user = 'u'): Interaction[] =>
  days.map((day) => ({ user, row, time: day * DAY }));
const sorted = (...purchases: Interaction[][]): Interaction[] => purchases.flat().sort((a, b) => a.time - b.time);

it('counts as repeats the purchases of the same item by the same shopper on another visit', () => {
  const purchases = sorted(bought(0, [1, 11, 31]), bought(0, [2], 'other'), bought(1, [1, 1.01]));
  // Of 5 purchases (the second of item 1 is on the same visit), 2 are repeats.
  expect(repeatShareOf(purchases)).toBe(2 / 5);
  expect(repeatShareOf(bought(0, [1, 1.01]))).toBeUndefined();
  expect(repeatShareOf([])).toBeUndefined();
});
