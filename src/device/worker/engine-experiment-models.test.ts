import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedShop, serveContent } from '../../../testing/served-shop';
import { sideModel } from '../../../testing/side-models';
import { topicContent } from '../../../testing/topics';
import { addLearned, inventory, openBundle, settleModel, verifyBundle } from '../../core/catalog';
import type { Engine } from './engine';
import { decodeExport } from './shopper/exported-file';

const COUNT = 60;
let shop: ServedShop;
let ids: string[];
/** The files of the shop as a folder. */
const fetchFile = async (name: string) => {
  const bytes = shop.files.get(name);
  return new Response(bytes?.slice() ?? null, { status: bytes ? 200 : 404 });
};

/** A shop whose bundle has its own side model, and another one, named `next`. */
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  const content = await topicContent({ items: COUNT, topics: 3 });
  ids = content.items.map(({ id }) => id);
  shop = await serveContent(content, { shardItems: 10, whole: true });
  for (const [seed, as] of [[1], [2, 'next']] as const) {
    const model = sideModel(COUNT, 8, [0.6, 0.9], seed);
    await addLearned(await openBundle(fetchFile), { side: { model } }, shop.sink, undefined, as);
  }
});
afterEach(() => shop.close());

const variants = [{ name: 'on', model: 'next' }, { name: 'off' }];
/** A page on a device that the experiment puts into a variant. */
const open = (variant: 'on' | 'off', given: object = {}) =>
  shop.open({
    experiment: { name: 'window', variants: variants.map((one) => ({ ...one, weight: one.name === variant ? 1 : 0 })) },
    ...given,
  });
const listOf = async (engine: Engine) =>
  (await engine.recommend({ limit: 20, excludeRecent: 0 })).items.map(({ item }) => item.id);
const variantOf = async (engine: Engine) => (await engine.metrics()).variant;
/** Digests of the side models of which the generalist has states. */
const sideOf = async (engine: Engine) => {
  const file = await decodeExport(new Uint8Array(await (await engine.exportProfile()).arrayBuffer()));
  const [{ expert }] = file.profile.experts.members;
  return Object.keys(expert.blocks).flatMap((key) => /^side\b.* (\w+)$/.exec(key)?.[1] ?? []);
};
async function choose(engine: Engine): Promise<void> {
  for (let n = 0; n < 12; n++) await engine.track('click', ids[3 * n], {}, 1_700_000_000_000 + n);
  await engine.settled();
}
const read = () => openBundle(fetchFile);

it('loads only the side model of the variant, and keeps the profile when the variant changes or it is promoted', async () => {
  const { manifest } = await read();
  const { manifest: other } = await openBundle(fetchFile, 'next');
  const heads = [manifest.shards.head.file, other.shards.head.file];
  expect(heads[0]).not.toBe(heads[1]);
  const lists: string[][] = [];
  const states: string[] = [];
  for (const variant of ['off', 'on'] as const) {
    shop.asked.length = 0;
    const engine = await open(variant);
    await engine.settled();
    if (variant === 'off') await choose(engine);
    expect(await variantOf(engine)).toBe(`window/${variant}`);
    expect(heads.map((head) => shop.asked.includes(head))).toEqual([variant === 'off', variant === 'on']);
    lists.push(await listOf(engine));
    // The shopper's states are in the space of the model that the page has.
    states.push(...(await sideOf(engine)));
    expect((await engine.status()).events).toBe(12);
    await engine.close();
  }
  expect(lists[0]).not.toEqual(lists[1]);
  const digests = [manifest, other].map(({ side }) => side?.digest.slice(0, states[0].length));
  expect(states).toEqual(digests);

  const promoted = await settleModel(manifest, { name: 'next', promote: true }, fetchFile, shop.sink);
  expect([promoted.models, promoted.shards.head.file]).toEqual([undefined, heads[1]]);
  await verifyBundle(promoted, fetchFile);
  const engine = await shop.open();
  await engine.settled();
  expect(await listOf(engine)).toEqual(lists[1]);
  await engine.close();
  expect(shop.codes).toEqual([]);
});

it('draws the variant again on the next page, by the id on the device, with one open of its store', async () => {
  const even = { name: 'window', variants };
  const first = await shop.open({ experiment: even, consent: 'granted' });
  const variant = await variantOf(first);
  await first.close();
  for (let n = 0; n < 4; n++) {
    const engine = await shop.open({ experiment: even, consent: undefined });
    expect([await variantOf(engine), (await engine.status()).consent]).toEqual([variant, 'granted']);
    await engine.close();
  }
  expect(shop.codes).toEqual([]);
});

it('counts a page for no variant if it cannot load the model, which it reports', async () => {
  const { models = {} } = (await read()).manifest;
  shop.files.delete(models.next.file);
  for (const [model, code] of [
    ['next', 'bundle/unreachable'],
    ['other', 'bundle/invalid'],
  ]) {
    const engine = await shop.open({ experiment: { name: 'window', variants: [{ name: 'on', model }] } });
    await engine.settled();
    expect([await variantOf(engine), (await listOf(engine)).length]).toEqual([null, 20]);
    await engine.close();
    expect(shop.codes).toEqual([code]);
  }
});

it('shares the shards of the bundle, and goes when it is removed or the own model is trained', async () => {
  const bundle = await read();
  const { manifest } = bundle;
  const other = await openBundle(fetchFile, 'next');
  expect(other.shardOf).toEqual(bundle.shardOf);
  const filesOf = async (of: typeof manifest) => new Set((await inventory(of, fetchFile)).map(({ file }) => file));
  const files = await filesOf(manifest);
  expect(files).toContain(other.manifest.shards.head.file);
  // Also if it is damaged.
  shop.files.delete(manifest.models?.next.file ?? '');
  const removed = await settleModel(manifest, { name: 'next', promote: false }, fetchFile, shop.sink);
  expect(removed).toEqual({ ...manifest, models: undefined, previous: removed.previous });
  expect((await filesOf(removed)).has(other.manifest.shards.head.file)).toBe(false);
  const none = settleModel(removed, { name: 'next', promote: true }, fetchFile, shop.sink);
  await expect(none).rejects.toThrow('has no side model "next"');

  const model = sideModel(COUNT, 8, [0.6, 0.9], 3);
  const again = await addLearned(await read(), { side: { model } }, shop.sink, undefined, 'third');
  const counted = await addLearned(await read(), { demand: demandOf(COUNT) }, shop.sink);
  expect([again.models, counted.models]).toEqual([counted.models, again.models]);
  expect((await addLearned(await read(), { side: { model } }, shop.sink)).models).toBeUndefined();
});

const demandOf = (count: number) => ({ choices: new Float32Array(count).fill(1), recent: new Float32Array(count) });
