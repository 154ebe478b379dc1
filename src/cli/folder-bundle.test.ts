import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTable, type Item, openBundle, writeBundle } from '../catalog';
import { folderFetch, folderSink, removeStale } from './folder-bundle';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(title: string) {
  const item: Item = {
    id: 'a',
    title,
    description: '',
    category: '',
    availability: 'in-stock',
    attributes: {},
  };
  const encoder = { preset: 'p', digest: '0'.repeat(64), taps: ['x', 'y'], contentTap: 0, contentWeight: 0.5 };
  return writeBundle(
    {
      items: [item],
      features: createTable({ dim: 2, taps: { text: 2, image: 2 } }, 1),
      text: 'title',
      encoders: { text: encoder, image: encoder },
      projection: new Uint8Array(3),
    },
    await folderSink(folder),
  );
}

it('keeps a folder to the files of the latest build and to files that are not ours', async () => {
  await write('First');
  await writeFile(join(folder, 'robots.txt'), 'mine');
  await writeFile(join(folder, `features-${'0'.repeat(16)}.bin.part`), 'left by a build that died');
  const manifest = await write('Second');
  await removeStale(folder, manifest);

  const expected = [...manifest.shards.items, ...manifest.shards.features, manifest.projection].map(
    (file) => file.file,
  );
  expect((await readdir(folder)).sort()).toEqual([...expected, 'manifest.json', 'robots.txt'].sort());
  expect(await readFile(join(folder, 'robots.txt'), 'utf8')).toBe('mine');
  expect((await openBundle(folderFetch(folder))).items[0].title).toBe('Second');
});

it('answers a missing file as a web server would', async () => {
  await expect(openBundle(folderFetch(join(folder, 'nowhere')))).rejects.toMatchObject({
    code: 'bundle/unreachable',
    message: expect.stringContaining('404'),
  });
});
