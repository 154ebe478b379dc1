import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileName, openLists } from './folder-lists';

it('names files by ids, without what file systems or addresses cannot have', () => {
  expect(fileName('aa-battery_2.1')).toBe('aa-battery_2.1');
  expect(fileName('食品/果物')).toBe('食品%2F果物');
  expect(fileName('a\\b:c*d?e"f<g>h|i%j#k\n')).toBe('a%5Cb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci%25j%23k%0A');
  expect([fileName('..'), fileName('.hidden')]).toEqual(['%2E.', '%2Ehidden']);
  // Windows keeps these names, with any extension, for devices.
  expect(['con', 'AUX', 'com1.x', 'cone', 'icon'].map(fileName)).toEqual([
    '%63on',
    '%41UX',
    '%63om1.x',
    'cone',
    'icon',
  ]);
});

it('removes a file before it writes one whose name differs only by case: on some disks they are one file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const made = { lists: 1, items: 1 };
  const before = await openLists(folder);
  before.put('A.json', '1');
  before.put('b.json', '1');
  before.finish('x', made);
  const now = await openLists(folder);
  now.put('a.json', '2');
  expect((await readdir(folder)).sort()).toEqual(['a.json', 'b.json', 'lists.json']);
  now.put('A.json', '1');
  now.put('b.json', '1');
  now.put('B.json', '1');
  expect(now.finish('y', made)).toEqual({ files: 4, removed: 0 });
  expect((await readdir(folder)).sort()).toEqual(['A.json', 'B.json', 'a.json', 'b.json', 'lists.json']);
  await rm(folder, { recursive: true });
});

it('shortens names that would be too long, and keeps them apart', () => {
  const [one, other] = [fileName(`${'😀'.repeat(120)}1`), fileName(`${'😀'.repeat(120)}2`)];
  expect(one).not.toBe(other);
  for (const name of [one, other]) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).not.toMatch(/\p{Surrogate}/u);
  }
});
