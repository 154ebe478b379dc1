import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPicture } from './picture-file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await mkdir(join(folder, 'images', 'sub'), { recursive: true });
  await writeFile(join(folder, 'secret.png'), 'secret');
  await writeFile(join(folder, 'images', 'sub', '..odd.png'), 'picture');
});
afterAll(() => rm(folder, { recursive: true }));

it('reads pictures below the folder only, and says why not otherwise', async () => {
  const read = (name: string) => readPicture(join(folder, 'images'), name);
  expect(new TextDecoder().decode(await read('sub/..odd.png'))).toBe('picture');
  await expect(read('../secret.png')).rejects.toThrow('outside the image folder');
  await expect(read(join(folder, 'secret.png'))).rejects.toThrow('outside the image folder');
  await expect(read('none.png')).rejects.toThrow('there is no file "none.png"');
  await expect(read('sub')).rejects.toThrow('EISDIR');
  await expect(read('https://shop.example/a.png')).rejects.toThrow('is an address');
});
