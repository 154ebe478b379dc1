import { expect, it } from 'vitest';
import { memoryBundle } from '../../../../testing/bundles';
import { topicContent } from '../../../../testing/topics';
import { withVariants } from '../../../../testing/variants';
import { quantizeRow } from '../../common/bytes';
import type { Bundle } from '../bundle/bundle';
import { openBundle, openHead } from '../bundle/read-bundle';
import { writeBundle } from '../bundle/write-bundle';
import { rowsPerItem } from '../features/feature-table';
import type { Item } from '../item';

/** Products of up to `most` variants, which differ in their pictures. */
async function content(most: number, seed = 1) {
  const plain = await topicContent({ items: 160, topics: 9, seed });
  const { items, table } = withVariants(plain.items, plain.features, most, (item, variant) => ({
    // A product has at least one variant; the rest of its rows are separate products.
    ...(variant >= 1 + (item.title.length % most) ? { group: undefined } : {}),
    popularity: item.title.length,
  }));
  const rows = rowsPerItem(table);
  const noise = new Float32Array(table.dim);
  for (let row = 0; row < table.count; row++) {
    for (let d = 0; d < table.dim; d++) noise[d] = Math.sin(row * 12.9 + d * 78.2);
    const at = row * rows + table.taps.text;
    table.scales[at] = quantizeRow(noise, table.values, at * table.dim);
  }
  return { ...plain, items, features: table };
}

const options = { shardItems: 20, whole: false };

async function written(most: number, previous?: Bundle) {
  const memory = memoryBundle();
  const manifest = await writeBundle(await content(most), memory.sink, { ...options, previous });
  return { manifest, fetchFile: memory.fetchFile };
}

/** Groups that are split between a part and the rest. */
const torn = (part: readonly Item[], all: readonly Item[]): string[] => {
  const inside = new Set(part.map(({ id }) => id));
  const groups = new Set(part.flatMap(({ group }) => group ?? []));
  return all.flatMap(({ id, group }) => (group && groups.has(group) && !inside.has(id) ? [group] : []));
};

async function tornOf({ fetchFile }: Awaited<ReturnType<typeof written>>): Promise<string[]> {
  const { items, shards } = await openBundle(fetchFile);
  const parts = [(await openHead(fetchFile)).head.items];
  for await (const shard of shards.all()) parts.push(shard.items);
  return parts.flatMap((part) => torn(part, items));
}

it.each([2, 6, 15])('has all of up to %d variants of a product in one shard, and in the head', async (most) => {
  const first = await written(most);
  expect(await tornOf(first)).toEqual([]);
  expect(first.manifest.shards.largest).toBeLessThanOrEqual(40);
  expect((await openBundle(first.fetchFile)).items).toHaveLength(160 * most);
  // The same in a build that keeps the shards.
  const again = await written(most, await openBundle(first.fetchFile));
  expect(await tornOf(again)).toEqual([]);
  expect(again.manifest.shards).toEqual(first.manifest.shards);
  const more = await written(most + 1, await openBundle(first.fetchFile));
  expect(await tornOf(more)).toEqual([]);
  expect(more.manifest.shards.largest).toBeLessThanOrEqual(40);
});

it('splits a product only if it has more variants than a shard may hold', async () => {
  const memory = memoryBundle();
  const { items, ...rest } = await content(6);
  const huge = items.map((item, row): Item => ({ ...item, group: row < 300 ? 'huge' : item.group }));
  const manifest = await writeBundle({ ...rest, items: huge }, memory.sink, options);
  expect(manifest.shards.largest).toBeLessThanOrEqual(40);
  expect(await tornOf({ manifest, fetchFile: memory.fetchFile })).toContain('huge');
  const { statistics } = (await openHead(memory.fetchFile)).head;
  expect(statistics.count).toBe(new Set(huge.map(({ id, group }) => group ?? id)).size);
});
