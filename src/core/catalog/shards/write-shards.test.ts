import { beforeAll, describe, expect, it } from 'vitest';
import { contentTaps, memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import { seededRandom } from '../../common/random';
import type { Learned } from '../bundle/bundle';
import { inventory, verifyBundle } from '../bundle/inventory';
import { openBundle, openHead } from '../bundle/read-bundle';
import { type BundleContent, type WriteBundleOptions, writeBundle } from '../bundle/write-bundle';
import { pickRows } from '../features/feature-table';
import type { Item } from '../item';

const COUNT = 600;
const SHARD_ITEMS = 20;

let content: BundleContent;
beforeAll(async () => {
  content = await topicContent({ items: COUNT, topics: 15 });
});

async function written(of = content, options: WriteBundleOptions = {}) {
  const memory = memoryBundle();
  const manifest = await writeBundle(of, memory.sink, { shardItems: SHARD_ITEMS, whole: false, ...options });
  return { ...memory, manifest };
}

/** Some items of the same catalogue, with changes. */
const changed = (rows: number[], edit: (item: Item) => Item = (item) => item): BundleContent => ({
  ...content,
  items: rows.map((row) => edit(content.items[row])),
  features: pickRows(content.features, rows),
});

const allRows = [...Array(COUNT).keys()];
const rowOf = ({ id }: Pick<Item, 'id'>): number => Number(id.slice('item-'.length));

/** Item n goes with item n + 60, has n choices and the bias n. */
const learned = (count: number): Learned => {
  const numbers = Float32Array.from({ length: count }, (_, row) => row);
  return {
    cooccurrence: {
      count,
      offsets: Uint32Array.from({ length: count + 1 }, (_, row) => row),
      rows: Uint32Array.from({ length: count }, (_, row) => (row + 60) % count),
      lifts: new Float32Array(count).fill(1),
    },
    demand: { choices: numbers, recent: numbers },
    side: { model: { ...sideModel(count, 4), biases: numbers } },
  };
};

describe('a catalogue in shards', () => {
  it('has every item once, with its features, in the order of the feed', async () => {
    const { fetchFile, manifest } = await written();
    const bundle = await openBundle(fetchFile);
    expect(bundle.items).toEqual(content.items);
    expect(bundle.features).toEqual(contentTaps(content));
    const sizes = new Map<number, number>();
    for (const shard of bundle.shardOf) sizes.set(shard, (sizes.get(shard) ?? 0) + 1);
    expect(sizes.size).toBe(manifest.shards.count);
    expect(Math.max(...sizes.values())).toBe(manifest.shards.largest);
    expect(manifest.shards.largest).toBeLessThanOrEqual(1.25 * SHARD_ITEMS);
  });

  it('puts like with like: most items of a shard share their topic', async () => {
    const { items, shardOf } = await openBundle((await written()).fetchFile);
    const topics = new Map<number, Map<string, number>>();
    for (const [row, { category }] of items.entries()) {
      const own = topics.get(shardOf[row]) ?? new Map<string, number>();
      topics.set(shardOf[row], own.set(category, (own.get(category) ?? 0) + 1));
    }
    const agreeing = [...topics.values()].reduce((sum, own) => sum + Math.max(...own.values()), 0);
    expect(agreeing / COUNT).toBeGreaterThan(0.7);
  });

  it('groups items by the side model, whose bias counts as much as the vector', async () => {
    const { side } = learned(COUNT);
    const { items, shardOf } = await openBundle((await written(content, { learned: { side } })).fetchFile);
    const spread = (of: (row: number) => number) => {
      const values = items.map((_, row) => of(row));
      const parts = new Map<number, number[]>();
      for (const [row, value] of values.entries()) parts.set(shardOf[row], [...(parts.get(shardOf[row]) ?? []), value]);
      const variance = (own: number[]) => {
        const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
        return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
      };
      return [...parts.values()].reduce((sum, own) => sum + variance(own), 0) / parts.size / variance(values);
    };
    expect(spread((row) => rowOf(items[row]))).toBeLessThan(0.3);
    expect(spread((row) => side?.model.vectors[4 * row] ?? 0)).toBeLessThan(0.7);
  });

  it('has the same bytes for the same content', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => written(content, { learned: learned(COUNT) })));
    expect([...second.files.keys()]).toEqual([...first.files.keys()]);
    // A comparison by the test runner would take seconds.
    const differing = [...first.files].filter(
      ([name, bytes]) => !second.files.get(name)?.every((byte, at) => byte === bytes[at]),
    );
    expect(differing.map(([name]) => name)).toEqual([]);
  });

  it('is loaded whole up to 400 kB, or as the shop chooses', async () => {
    const sizeOf = async (of: BundleContent, whole?: boolean) => {
      const { manifest, files } = await written(of, { shardItems: undefined, whole });
      const stored = [...files].filter(([name]) => name.startsWith('shard-'));
      return { shards: manifest.shards, bytes: stored.reduce((sum, [, { byteLength }]) => sum + byteLength, 0) };
    };
    const small = await sizeOf(content);
    expect(small.bytes).toBeLessThanOrEqual(400_000);
    expect(small.shards).toMatchObject({ whole: true });
    expect(small.shards).not.toHaveProperty('chosen');
    expect((await sizeOf(content, false)).shards).toMatchObject({ whole: false, chosen: true });
    // Texts that cannot be compressed to less.
    const wordy = changed(allRows, (item) => {
      const words = Array.from({ length: 150 }, (_, n) =>
        Math.abs(Math.sin(rowOf(item) * 151 + n))
          .toString(36)
          .slice(2),
      );
      return { ...item, description: words.join(' ') };
    });
    const large = await sizeOf(wordy);
    expect(large.bytes).toBeGreaterThan(400_000);
    expect(large.shards).toMatchObject({ whole: false });
    expect((await sizeOf(wordy, true)).shards).toMatchObject({ whole: true, chosen: true });
  });

  it('has popular items in its head, by the log if the feed has no popularity', async () => {
    const best = content.items.toSorted((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0))[0].id;
    const byFeed = await openHead((await written()).fetchFile);
    expect(byFeed.head.items.map(({ id }) => id)).toContain(best);
    expect(byFeed.head.statistics).toMatchObject({ count: COUNT, popularity: { known: COUNT, any: true } });
    const plain = changed(allRows, ({ popularity: _, ...item }) => item);
    const { head } = await openHead((await written(plain, { learned: learned(COUNT) })).fetchFile);
    expect(head.items.map(({ id }) => id)).toContain(`item-${COUNT - 1}`);
    expect(head.statistics.popularity).toMatchObject({ known: COUNT - 1, any: true });
  });
});

it('has a head of limited bytes, though its popular items are the longest', async () => {
  const random = seededRandom(3);
  const description = (): string => Array.from({ length: 45 }, () => random().toString(36).slice(2)).join(' ');
  const items = content.items.map(
    (item, row): Item => (row < 150 ? { ...item, popularity: 9, description: description() } : item),
  );
  const { manifest, files, fetchFile } = await written({ ...content, items });
  expect(files.get(manifest.shards.head.file)?.byteLength).toBeLessThan(55_000);
  const { length } = (await openHead(fetchFile)).head.items;
  expect(length).toBeGreaterThan(64);
  expect(length).toBeLessThan(256);
});

describe('a rebuilt catalogue in shards', () => {
  type Written = Awaited<ReturnType<typeof written>>;
  const names = async ({ manifest, fetchFile }: Pick<Written, 'manifest' | 'fetchFile'>) =>
    new Set((await inventory(manifest, fetchFile)).map(({ file }) => file));
  const shardsIn = (files: Iterable<string>) => [...files].filter((name) => name.startsWith('shard-'));
  const again = async (of: BundleContent, first: Written, options = {}) =>
    written(of, { previous: await openBundle(first.fetchFile), ...options });

  it.each([false, true])('has the same files if nothing changed (with trained data: %s)', async (trained) => {
    const first = await written(content, trained ? { learned: learned(COUNT) } : {});
    const next = await again(content, first);
    expect(await names(next)).toEqual(await names(first));
    expect(next.manifest).toEqual(first.manifest);
  });

  it.each([false, true])(
    'with one more product has all other shards as before (with trained data: %s)',
    async (trained) => {
      const last = COUNT - 1;
      const first = await written(changed(allRows.slice(0, last)), trained ? { learned: learned(last) } : {});
      // Somewhere in the feed.
      const next = await again(changed(allRows.slice(0, last).toSpliced(300, 0, last)), first);
      await verifyBundle(next.manifest, next.fetchFile);
      const [before, after] = [shardsIn(await names(first)), shardsIn(await names(next))];
      expect(after.filter((name) => !before.includes(name))).toHaveLength(1);
      expect(after).toHaveLength(before.length);
      expect((await openBundle(next.fetchFile)).items[300].id).toBe(`item-${last}`);
    },
  );

  it('keeps the shards that a changed, a new and a lost item do not touch', async () => {
    const first = await written(changed(allRows.slice(1)));
    const edit = (item: Item): Item => (item.id === 'item-77' ? { ...item, title: 'Renamed' } : item);
    const rows = [0, ...allRows.slice(2)];
    const next = await again(changed(rows, edit), first);
    const before = await names(first);
    expect(shardsIn(await names(next)).filter((name) => !before.has(name)).length).toBeLessThanOrEqual(3);
    const bundle = await openBundle(next.fetchFile);
    expect(bundle.items.map(({ id }) => id)).toEqual(rows.map((row) => content.items[row].id));
    expect(bundle.items.find(({ id }) => id === 'item-77')?.title).toBe('Renamed');
  });

  it('splits shards that became too large, and groups a very different catalogue from scratch', async () => {
    const half = await written(changed(allRows.slice(0, 350)));
    const grown = await again(content, half);
    expect(grown.manifest.shards.largest).toBeLessThanOrEqual(2 * SHARD_ITEMS);
    expect((await openBundle(grown.fetchFile)).items).toEqual(content.items);
    const tenth = await written(changed(allRows.slice(0, 120)));
    const regrouped = await again(content, tenth);
    const fresh = await openBundle((await written()).fetchFile);
    expect((await openBundle(regrouped.fetchFile)).shardOf).toEqual(fresh.shardOf);
  });

  it('groups the items again for shards of another size', async () => {
    const first = await written();
    const other = await again(content, first, { shardItems: 2 * SHARD_ITEMS });
    expect(other.manifest.shards.count).toBeLessThan(0.7 * first.manifest.shards.count);
    const fresh = await openBundle((await written(content, { shardItems: 2 * SHARD_ITEMS })).fetchFile);
    expect((await openBundle(other.fetchFile)).shardOf).toEqual(fresh.shardOf);
  });

  it('groups the items again for another side model, but not for a kept one', async () => {
    const first = await written(content, { learned: learned(COUNT) });
    const before = await openBundle(first.fetchFile);
    const other = { side: { model: sideModel(COUNT, 4, undefined, 9) } };
    const next = await openBundle((await again(content, first, { learned: other })).fetchFile);
    expect(next.shardOf).not.toEqual(before.shardOf);
    const { demand } = learned(COUNT);
    const counted = await openBundle((await again(content, first, { learned: { demand } })).fetchFile);
    expect(counted.shardOf).toEqual(before.shardOf);
  });
});
