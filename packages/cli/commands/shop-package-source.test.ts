import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageSource } from './shop-package';

const version = '1.2.3';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sidestream-source-')));
  await mkdir(join(folder, 'shop'));
});
afterEach(() => rm(folder, { recursive: true }));

const shop = () => join(folder, 'shop');

/** A folder with JSON files. */
async function laid(path: string, files: Record<string, unknown>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, path, name, '..'), { recursive: true });
    await writeFile(join(folder, path, name), JSON.stringify(content));
  }
  return join(folder, path);
}

describe('a new shop takes the package', () => {
  it('from the file that the clone packs, and from the registry once it is published', async () => {
    const clone = await laid('a clone', { 'scripts/setup.mjs': '' });
    expect(await packageSource(clone, shop(), { version, published: false })).toEqual({
      dependency: 'file:../a clone/sidestream.tgz',
      clone,
    });
    expect(await packageSource(clone, shop(), { version, published: true })).toEqual({ dependency: '^1.2.3' });
  });

  it.each([
    [
      'npm noted',
      {
        'node_modules/.package-lock.json': {
          packages: { 'node_modules/sidestream': { resolved: 'file:../packed/s.tgz' } },
        },
      },
    ],
    ['package.json names', { 'package.json': { devDependencies: { sidestream: 'file:../packed/s.tgz' } } }],
  ])('from the file that it was installed from, as %s it', async (_, files) => {
    const project = await laid('project', files);
    const installed = await laid('project/node_modules/sidestream', { 'package.json': { name: 'sidestream' } });
    expect(await packageSource(installed, shop(), { version })).toEqual({
      dependency: 'file:../packed/s.tgz',
    });
    // A shop inside the project.
    await mkdir(join(project, 'my-shop'));
    const inside = await packageSource(installed, join(project, 'my-shop'), { version });
    expect(inside.dependency).toBe('file:../../packed/s.tgz');
  });

  it('from the file, if the package manager links to a store inside the project', async () => {
    await laid('project', { 'package.json': { dependencies: { sidestream: 'file:../packed/s.tgz' } } });
    const stored = await laid('project/node_modules/.pnpm/s/node_modules/sidestream', { 'package.json': {} });
    await symlink(stored, join(folder, 'project/node_modules/sidestream'));
    const { dependency } = await packageSource(join(folder, 'project/node_modules/sidestream'), shop(), { version });
    expect(dependency).toBe('file:../packed/s.tgz');
  });

  it.each([
    ['git+https://host.example/sidestream.git', 'git+https://host.example/sidestream.git'],
    ['https://host.example/s.tgz', 'https://host.example/s.tgz'],
    ['^1.0.0', '^1.2.3'],
  ])('%s: from the same place, or in this version', async (declared, dependency) => {
    await laid('project', {
      'package.json': { dependencies: { sidestream: declared } },
      'node_modules/.package-lock.json': {
        packages: { 'node_modules/sidestream': { resolved: 'https://registry.example/sidestream-1.2.3.tgz' } },
      },
    });
    const installed = await laid('project/node_modules/sidestream', { 'package.json': {} });
    expect(await packageSource(installed, shop(), { version })).toEqual({ dependency });
  });

  it('from the registry, if nothing says where it was installed from', async () => {
    const installed = await laid('somewhere/sidestream', { 'package.json': {} });
    await writeFile(join(folder, 'somewhere', 'package.json'), 'no JSON');
    expect(await packageSource(installed, shop(), { version })).toEqual({ dependency: '^1.2.3' });
  });

  it('by a path that holds in a folder reached by a link', async () => {
    const clone = await laid('deep/down/clone', { 'scripts/setup.mjs': '' });
    await mkdir(join(folder, 'deep/shops'));
    await symlink(join(folder, 'deep/shops'), join(folder, 'link'));
    const { dependency } = await packageSource(clone, join(folder, 'link'), { version, published: false });
    expect(dependency).toBe('file:../down/clone/sidestream.tgz');
  });
});
