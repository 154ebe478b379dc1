import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { registryTrouble, tarballPath } from '../frameworks/installed-app';
import { writeCatalog } from './project';

const run = promisify(execFile);

test.describe.configure({ timeout: 300_000 });

/** Limit for the installed package, in bytes: the encoders with their runtime for browsers are 36 MB of it. */
const MAX_BYTES = 51e6;

let project: string;
test.beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'sidestream-install-'));
});
test.afterEach(() => rm(project, { recursive: true, force: true }));

test('npm installs it without a flag, within the limit, and the command names the missing packages', async () => {
  const trouble = await registryTrouble();
  test.skip(trouble !== null, trouble ?? '');
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'a-shop', private: true, type: 'module' }));
  const npm = (...args: string[]) =>
    run('npm', ['i', '--prefer-offline', '--no-audit', '--no-fund', ...args], { cwd: project });
  await npm(await tarballPath());
  const installed = await sizeOf(join(project, 'node_modules'));
  expect(installed).toBeGreaterThan(20e6);
  expect(installed).toBeLessThan(MAX_BYTES);
  const packages = await readdir(join(project, 'node_modules'));
  expect(packages).not.toContain('onnxruntime-node');
  expect(packages).not.toContain('sharp');

  await writeCatalog(project, 'photos');
  const build = () =>
    run('npx', ['--no-install', 'sidestream', 'build', 'catalog.jsonl', '--images', 'photos', '--out', 'bundle'], {
      cwd: project,
    });
  const failed = await build().catch(({ code, stderr }) => ({ code, stderr }));
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error \(encoder\/not-installed\): /) });
  const [, command] = /Run "npm ([^"]+)"/.exec(failed.stderr) ?? [];
  expect(command).toBe('i -D onnxruntime-node sharp --ignore-scripts');
  // A new shop brings them with its own install.
  const { stdout: made } = await run('npx', ['--no-install', 'sidestream', 'init', 'my-shop'], { cwd: project });
  expect(made).toContain('npm run bundle');
  // Commands that encode nothing do not need them.
  await expect(
    run('npx', ['--no-install', 'sidestream', 'inspect', 'nowhere'], { cwd: project }),
  ).rejects.toMatchObject({
    stderr: expect.stringContaining('bundle/'),
  });

  await npm(...command.split(' ').slice(1));
  expect((await build()).stdout).toContain('Built 10 items (5 without a picture)');
});

/** Bytes of all files in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = files.map(async (file) => (file.isFile() ? (await stat(join(file.parentPath, file.name))).size : 0));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
