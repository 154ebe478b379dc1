import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { inProcess } from '../../../testing/in-process';
import { folderSink } from '../bundler';

it('prints the product of each variant, for logs that are prepared elsewhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const items = [makeItem('a, red', { group: 'a' }), makeItem('b'), makeItem('a, blue', { group: 'a' })];
  await writeBundle(await bundleContent(items), await folderSink(folder));
  const { out } = await inProcess('inspect', folder, '--variants');
  expect(out.trim().split(/\r?\n/)).toEqual(['item,product', '"a, red","a, red"', 'b,b', '"a, blue","a, red"']);
  await rm(folder, { recursive: true });
});

it('gives the bytes of each part of the bundle, which add up to the total', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await writeBundle(await bundleContent([makeItem('a'), makeItem('b')]), await folderSink(folder));
  const { total, ...parts } = JSON.parse((await inProcess('inspect', folder, '--json')).out).bytes;
  expect(Object.keys(parts)).toEqual(expect.arrayContaining(['head', 'projection']));
  expect(Object.values<number>(parts).every((size) => size > 0)).toBe(true);
  expect(Object.values<number>(parts).reduce((sum, size) => sum + size)).toBe(total);
  await rm(folder, { recursive: true });
});
