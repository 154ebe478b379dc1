import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const run = promisify(execFile);

/**
 * A shop's project outside the repository, with the packed tarball in `node_modules` as npm lays it, and nothing else but
 * the dependencies that the tarball names.
 * @returns its folder
 */
export async function createProject(): Promise<string> {
  const packed = join(repository, '.cache', 'package');
  const tarball = (await readdir(packed).catch(() => [])).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('There is no tarball to test. Run "npm run package" first.');
  const project = await mkdtemp(join(tmpdir(), 'sidestream-shop-'));
  const installed = join(project, 'node_modules', 'sidestream');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(packed, tarball), '--strip-components=1', '-C', installed]);
  const about = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(about.dependencies)) {
    const path = join(project, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(repository, 'node_modules', name), path, 'junction');
  }
  await mkdir(join(project, 'node_modules', '.bin'));
  await chmod(join(installed, about.bin.sidestream), 0o755);
  await symlink(join('..', 'sidestream', about.bin.sidestream), join(project, 'node_modules', '.bin', 'sidestream'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'a-shop', private: true, type: 'module' }));
  return project;
}

/** Writes a catalogue of ten products, half of them with pictures, and builds its bundle into `public/bundle`. */
export async function buildBundle(project: string): Promise<string> {
  const photos = join(project, 'public', 'photos');
  await mkdir(photos, { recursive: true });
  const items = Array.from({ length: 10 }, (_, n) => ({
    id: `p${n}`,
    title: `${n % 2 ? 'Red' : 'Blue'} ${['scarf', 'bowl', 'lamp', 'chair', 'kite'][n >> 1]}`,
    category: n % 2 ? 'Warm' : 'Cold',
    price: 10 + n,
    ...(n < 5 ? { image: `p${n}.png` } : {}),
  }));
  for (const [n, { image }] of items.entries()) {
    const background = { r: 25 * n, g: 120, b: 255 - 25 * n };
    if (image)
      await writeFile(
        join(photos, image),
        await sharp({ create: { width: 64, height: 64, channels: 3, background } })
          .png()
          .toBuffer(),
      );
  }
  await writeFile(join(project, 'catalog.jsonl'), items.map((item) => JSON.stringify(item)).join('\n'));
  const pictures = ['--images', 'public/photos', '--image-base', '/photos/'];
  const args = ['--no-install', 'sidestream', 'build', 'catalog.jsonl', ...pictures, '--out', 'public/bundle'];
  const { stdout } = await run('npx', args, { cwd: project });
  return stdout;
}
