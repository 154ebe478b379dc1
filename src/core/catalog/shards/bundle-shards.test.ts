import { beforeAll, describe, expect, it } from 'vitest';
import { memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import type { Bundle } from '../bundle/bundle';
import { inventory } from '../bundle/inventory';
import { openBundle, openHead } from '../bundle/read-bundle';
import { writeBundle } from '../bundle/write-bundle';
import { decodeTexts } from '../locales';
import { type ScoreEntries, sideFiles } from './bundle-shards';

const COUNT = 300;

async function written(shardItems: number) {
  const memory = memoryBundle();
  const content = await topicContent({ items: COUNT, topics: 12 });
  const locales = [{ tag: 'de', texts: content.items.map(({ id }) => ({ title: `DE ${id}` })) }];
  const side = { model: sideModel(COUNT, 3) };
  const options = { shardItems, whole: false, learned: { side } };
  const manifest = await writeBundle({ ...content, language: 'en', locales }, memory.sink, options);
  const whole = await openBundle(memory.fetchFile);
  const open = async () => {
    const { shards } = await openHead(memory.fetchFile);
    memory.fetched.splice(0);
    return shards;
  };
  return { ...memory, manifest, whole, open };
}

/** Ids of the items of each shard. */
const idsOf = ({ items, shardOf }: Bundle, shard: number): string[] =>
  items.flatMap(({ id }, row) => (shardOf[row] === shard ? [id] : [])).sort();
const starting = (names: readonly string[], stem: string) => names.filter((name) => name.startsWith(`${stem}-`));

/** A direction in the space of the side model. */
const QUERY = [1, -2, 0.5];
const along = (vectors: Float32Array, row: number): number =>
  QUERY.reduce((sum, weight, d) => sum + weight * vectors[row * QUERY.length + d], 0);
const score: ScoreEntries = ({ biases, side: { values } }) =>
  Float32Array.from(biases, (_, entry) => along(values, entry));

describe.each([
  ['one level', 20],
  ['two levels', 3],
])('the shards of a bundle with a directory of %s', (_, shardItems) => {
  let bundle: Awaited<ReturnType<typeof written>>;
  beforeAll(async () => {
    bundle = await written(shardItems);
  });

  it('are read one by one, after the list that names them', async () => {
    const { open, fetched, whole, manifest } = bundle;
    const shards = await open();
    expect(shards.count).toBe(manifest.shards.count);
    const last = shards.count - 1;
    const shard = await shards.read(last);
    expect(shard.number).toBe(last);
    expect(shard.items.map(({ id }) => id).toSorted()).toEqual(idsOf(whole, last));
    expect(shard.side?.biases).toHaveLength(shard.items.length);
    // The list of the shards' files.
    expect(fetched).toEqual([manifest.shards.files[0].file, expect.stringMatching(/^shard-/)]);
    await shards.read(last);
    expect(fetched).toHaveLength(3);
  });

  it('have texts and photos beside them, of the same items', async () => {
    const shards = await bundle.open();
    const { file, bytes } = await shards.beside(1, { texts: 'de' });
    const { items: own } = await shards.read(1);
    const titles = decodeTexts(bytes, file, own.length).map((text) => text?.title);
    expect(titles).toEqual(own.map(({ id }) => `DE ${id}`));
    const photos = await shards.beside(1, 'photos');
    expect(photos.file).toMatch(/^photos-/);
    expect(sideFiles(bundle.manifest)).toEqual(['photos', { texts: 'de' }]);
  });

  it('are all read in their order, and reported', async () => {
    const shards = await bundle.open();
    const seen: number[] = [];
    const numbers: (number | undefined)[] = [];
    for await (const { number } of shards.all((items) => seen.push(items))) numbers.push(number);
    expect(numbers).toEqual([...Array(shards.count).keys()]);
    expect(seen.at(-1)).toBe(COUNT);
  });

  it('are found by the ids of their items', async () => {
    const { open, whole, fetched } = bundle;
    const shards = await open();
    for (const id of ['item-0', 'item-150', 'item-299']) {
      const row = whole.items.findIndex((item) => item.id === id);
      expect(await shards.shardsWith(id)).toEqual([whole.shardOf[row]]);
    }
    expect(await shards.shardsWith('unknown')).toEqual([]);
    // The list of buckets; buckets are fetched when they are needed.
    expect(fetched.every((name) => name.startsWith('ids-'))).toBe(true);
    await shards.checkIndexes();
  });

  it('are chosen by the scores of their means, reading only the best part of the directory', async () => {
    const { open, fetched } = bundle;
    const shards = await open();
    const best = await shards.best(score, 5);
    expect(new Set(best).size).toBe(5);
    expect(starting(fetched, 'directory').length).toBeLessThanOrEqual(5);
    expect(await shards.best(score, 1)).toEqual(best.slice(0, 1));
    const means: number[] = [];
    for await (const { side, items } of shards.all()) {
      const sum = items.reduce((total, _, row) => total + along(side?.vectors ?? new Float32Array(), row), 0);
      means.push(sum / items.length);
    }
    expect(best).toContain(means.indexOf(Math.max(...means)));
    const chosen = best.reduce((sum, shard) => sum + means[shard], 0) / 5;
    const worst = means.toSorted((a, b) => b - a).slice(5);
    expect(chosen).toBeGreaterThan(Math.max(...worst.slice(5)));
    const [first, other] = await shards.estimates([best[0], means.indexOf(Math.min(...means))], score);
    expect(first).toBeGreaterThan(other);
  });

  it('name every file of the bundle that the manifest does not', async () => {
    const { manifest, fetchFile, files } = bundle;
    const named = new Set((await inventory(manifest, fetchFile)).map(({ file }) => file));
    const others = [...files.keys()].filter((name) => !named.has(name));
    expect(others.filter((name) => !name.startsWith('manifest'))).toEqual([]);
    for (const name of named) expect(files.has(name)).toBe(true);
  });

  it('report a damaged or missing file, and fetch it again on the next call', async () => {
    const { open, files, fetched, manifest } = bundle;
    const shards = await open();
    await shards.read(3);
    const shard = fetched.at(-1) ?? '';
    for (const name of [shard, manifest.shards.files[0].file]) {
      const fresh = await open();
      const sound = files.get(name) ?? new Uint8Array();
      const flipped = sound.slice();
      flipped[sound.length - 12] ^= 1;
      for (const bad of [sound.slice(0, -9), flipped, Uint8Array.of(...sound, 1), new Uint8Array()]) {
        files.set(name, bad);
        await expect(fresh.read(3)).rejects.toMatchObject({
          code: 'bundle/digest-mismatch',
          message: expect.stringContaining(name),
        });
      }
      files.delete(name);
      await expect(fresh.read(3)).rejects.toMatchObject({ code: 'bundle/unreachable' });
      files.set(name, sound);
      expect((await fresh.read(3)).items).toEqual((await shards.read(3)).items);
    }
  });
});
