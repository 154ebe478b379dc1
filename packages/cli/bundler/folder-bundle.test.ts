import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bundle, createTable, type Item, inventory, openBundle, writeBundle } from '../../../src/core/catalog';
import { manifestFile } from '../../../src/core/catalog/bundle/manifest-file';
import { folderFetch, folderSink, removeStale } from './folder-bundle';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(title: string, previous?: Bundle) {
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
    { previous },
  );
}

it('keeps a folder to the files of the latest build and to files that are not ours', async () => {
  await write('First');
  await writeFile(join(folder, 'robots.txt'), 'mine');
  await writeFile(join(folder, `shard-${'0'.repeat(16)}.bin.part`), 'left by a build that died');
  const manifest = await write('Second');
  await removeStale(folder, manifest);

  const expected = (await inventory(manifest, folderFetch(folder))).map(({ file }) => file);
  expect(expected.filter((name) => name.startsWith('shard-'))).toHaveLength(1);
  const { file: copy } = await manifestFile(manifest);
  expect((await readdir(folder)).sort()).toEqual([...expected, copy, 'manifest.json', 'robots.txt'].sort());
  expect(await readFile(join(folder, 'robots.txt'), 'utf8')).toBe('mine');
  expect((await openBundle(folderFetch(folder))).items[0].title).toBe('Second');
});

it('keeps the files of the one bundle that came before', async () => {
  const [first, second] = [await write('One'), await write('Two', await openBundle(folderFetch(folder)))];
  await removeStale(folder, second);
  expect(await readdir(folder)).toContain(first.shards.head.file);
  const third = await write('Three', await openBundle(folderFetch(folder)));
  await removeStale(folder, third, second);
  expect(await readdir(folder)).toContain(first.shards.head.file);
  await removeStale(folder, third);
  const names = await readdir(folder);
  expect(names).toContain(second.shards.head.file);
  expect(names).not.toContain(first.shards.head.file);
});

it('answers a missing file as a web server would', async () => {
  await expect(openBundle(folderFetch(join(folder, 'nowhere')))).rejects.toMatchObject({
    code: 'bundle/unreachable',
    message: expect.stringContaining('404'),
  });
});

it.skipIf(!existsSync('/dev/full'))('names the file and says to free space if the disk is full', async () => {
  const full = join(folder, 'full');
  const write = await folderSink(full);
  await symlink('/dev/full', join(full, 'base.bin.part'));
  await expect(write('base.bin', new Uint8Array(9))).rejects.toMatchObject({
    code: 'runtime/invalid-input',
    message: `${join(full, 'base.bin')} cannot be written: its disk is full. Free some space, and run the command again.`,
  });
  expect(await readdir(full)).toEqual([]);
  await writeFile(join(folder, 'file'), '');
  await expect(folderSink(join(folder, 'file', 'in'))).rejects.toMatchObject({
    message: expect.stringContaining('is a file, so no folder can be created there'),
  });
});
