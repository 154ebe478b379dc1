import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { createPictures, fileName, readPicture, withImage } from './pictures';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await mkdir(join(folder, 'images', 'sub'), { recursive: true });
  await writeFile(join(folder, 'secret.png'), 'secret');
  await writeFile(join(folder, 'images', 'sub', '..odd.png'), 'picture');
});
afterAll(() => rm(folder, { recursive: true }));

it('reads pictures only below the folder, and reports why it refuses others', async () => {
  const read = (name: string) => readPicture(join(folder, 'images'), name);
  expect(new TextDecoder().decode(await read('sub/..odd.png'))).toBe('picture');
  await expect(read('../secret.png')).rejects.toThrow('outside the image folder');
  await expect(read(join(folder, 'secret.png'))).rejects.toThrow('outside the image folder');
  await expect(read('none.png')).rejects.toThrow('there is no file "none.png"');
  await expect(read('sub')).rejects.toThrow('EISDIR');
  await expect(read('https://shop.example/a.png')).rejects.toThrow('is an address');
});

it.each([
  String.raw`D:\secret.png`,
  'd:secret.png',
  String.raw`\\server\share\secret.png`,
  '//server/share/secret.png',
  String.raw`\secret.png`,
  String.raw`..\secret.png`,
  String.raw`sub\..\..\secret.png`,
  '%2e%2e/secret.png',
  '%2E%2E%2Fsecret.png',
  'sub/%2e./..%2fsecret.png/../../..',
  '%252e%252e/secret.png',
  'sub/../../secret.png',
])('treats %s as a file outside the folder on every system', async (name) => {
  await expect(readPicture(join(folder, 'images'), name)).rejects.toThrow('outside the image folder');
});

it('follows links inside the folder and to it, but none that leads out of it', async () => {
  const images = join(folder, 'images');
  await symlink(join(folder, 'secret.png'), join(images, 'link.png'));
  await symlink('..', join(images, 'up'));
  await symlink('sub', join(images, 'same'));
  await symlink(images, join(folder, 'linked'));
  await expect(readPicture(images, 'link.png')).rejects.toThrow('outside the image folder');
  await expect(readPicture(images, 'up/secret.png')).rejects.toThrow('outside the image folder');
  for (const from of [images, join(folder, 'linked')]) {
    expect(new TextDecoder().decode(await readPicture(from, 'same/..odd.png'))).toBe('picture');
  }
});

it('reads a name with a percent sign as it is written', async () => {
  await writeFile(join(folder, 'images', '100%.png'), 'all');
  await writeFile(join(folder, 'images', 'a%20b.png'), 'space');
  const read = async (name: string) => new TextDecoder().decode(await readPicture(join(folder, 'images'), name));
  expect([await read('100%.png'), await read('a%20b.png')]).toEqual(['all', 'space']);
});

it('gives a file whose name has signs of an address one that leads to it', async () => {
  const images = join(folder, 'images');
  const name = '50% #1?.png';
  await writeFile(join(images, name), 'sale');
  expect(new TextDecoder().decode(await readPicture(images, name))).toBe('sale');
  const placed = (image: string, imageBase: string) => withImage(makeItem('a', { image }), { images, imageBase }, true);
  expect(placed(name, '').image).toBe('50%25 %231%3F.png');
  expect(placed(`/images/${name}`, '/photos/').image).toBe('/photos/50%25 %231%3F.png');
  // Without a base, a path on the host is the shop's own address.
  expect(placed('/images/50%25.png', '').image).toBe('/images/50%25.png');
});

it.each([
  ['/photos/a.png', 'shop/photos', '', 'a.png'],
  ['/media/photos/a.png', 'shop/media/photos', '', 'a.png'],
  ['/photos/big/a.png', 'shop/photos', '', 'big/a.png'],
  ['/photos/a.png', 'shop', '', 'photos/a.png'],
  ['/photos/a.png', 'elsewhere', '/photos/', 'a.png'],
  ['/photos/a.png', 'elsewhere', 'https://cdn.example/', 'photos/a.png'],
  ['/photos/a.png', 'my-photos', '', 'photos/a.png'],
  ['a.png', 'shop/photos', '/photos/', 'a.png'],
  ['photos/a.png', 'shop/photos', '', 'photos/a.png'],
  ['//server/photos/a.png', 'shop/photos', '', '//server/photos/a.png'],
])('takes %s in %s, which pages find at "%s", for %s', (name, below, base, file) => {
  expect(fileName(name, below, base)).toBe(file);
});

it('reads a picture by its path on the host, and nothing outside the folder by such a path', async () => {
  const pictures = createPictures({ folder: join(folder, 'images', 'sub'), base: '/photos/' });
  expect(new TextDecoder().decode(await pictures.read('/photos/..odd.png'))).toBe('picture');
  expect(new TextDecoder().decode(await pictures.read('/sub/..odd.png'))).toBe('picture');
  await expect(pictures.read('/photos/../../secret.png')).rejects.toThrow('outside the image folder');
  await expect(pictures.read('/etc/hostname')).rejects.toThrow('there is no file "etc/hostname"');
});
