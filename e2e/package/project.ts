import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { layPackage } from '../../scripts/package/lay';

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const run = promisify(execFile);

/** The packages that building bundles and training need. */
const NATIVE = ['onnxruntime-node', 'sharp', '@duckdb/node-api'];

/**
 * A shop's project outside the repository, with the packed tarball in `node_modules` as npm installs it, its dependencies,
 * and the packages that building a bundle and training need.
 * @param example folder under `examples` whose files and packages are added
 * @returns its folder
 */
export async function createProject(example?: string): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'sidestream-shop-'));
  const about = await layPackage(project);
  const files = example ? join(repository, 'examples', example) : null;
  const own = files ? await readFile(join(files, 'package.json'), 'utf8').catch(() => '{}') : '{}';
  const { dependencies = {}, devDependencies = {} } = JSON.parse(own);
  const names = [...Object.keys({ ...about.dependencies, ...dependencies, ...devDependencies }), ...NATIVE];
  await linkPackages(
    project,
    names.filter((name) => name !== about.name),
  );
  await mkdir(join(project, 'node_modules', '.bin'));
  await symlink(join('..', 'sidestream', about.bin.sidestream), join(project, 'node_modules', '.bin', 'sidestream'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'a-shop', private: true, type: 'module' }));
  const foreign = (path: string): boolean => /[\\/](node_modules|public|site)$/.test(path);
  if (files) await cp(files, project, { recursive: true, filter: (path) => !foreign(path) });
  return project;
}

/** Links packages of the repository into a project. */
export async function linkPackages(project: string, names: string[]): Promise<void> {
  for (const name of names) {
    const path = join(project, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(repository, 'node_modules', name), path, 'junction');
  }
}

/**
 * Writes a catalog of ten products, half of them with images, and builds its bundle into `public/bundle`. @returns the
 * output of the command
 */
export async function buildBundle(project: string): Promise<string> {
  await writeCatalog(project, join('public', 'photos'));
  const pictures = ['--images', 'public/photos', '--image-base', '/photos/'];
  const args = ['--no-install', 'sidestream', 'build', 'catalog.jsonl', ...pictures, '--out', 'public/bundle'];
  const { stdout } = await run('npx', args, { cwd: project });
  return stdout;
}

/** Copies the bundle into `public/learned` and trains there on a small log. @returns the output of the command */
export async function trainBundle(project: string): Promise<string> {
  const events = Array.from({ length: 60 }, (_, n) => `u${n % 6},p${(n * 7) % 10},${1_700_000_000 + n * 60}`);
  await writeFile(join(project, 'log.csv'), `user,item,time\n${events.join('\n')}\n`);
  const learned = join('public', 'learned');
  await cp(join(project, 'public', 'bundle'), join(project, learned), { recursive: true });
  const files = ['--bundle', learned, '--events', 'log.csv', '--out', learned];
  const size = ['--epochs', '1'];
  const { stdout } = await run('npx', ['--no-install', 'sidestream', 'train', ...files, ...size], { cwd: project });
  return stdout;
}

/** Writes `catalog.jsonl`: ten products `p0` to `p9`, the first half of them with images in the folder `photos`. */
export async function writeCatalog(project: string, photos: string): Promise<void> {
  await mkdir(join(project, photos), { recursive: true });
  const items = Array.from({ length: 10 }, (_, n) => ({
    id: `p${n}`,
    title: `${n % 2 ? 'Red' : 'Blue'} ${['scarf', 'bowl', 'lamp', 'chair', 'kite'][n >> 1]}`,
    category: n % 2 ? 'Warm' : 'Cold',
    price: 10 + n,
    ...(n < 5 ? { image: `p${n}.png` } : {}),
  }));
  for (const [n, { image }] of items.entries()) {
    const background = { r: 25 * n, g: 120, b: 255 - 25 * n };
    const picture = sharp({ create: { width: 64, height: 64, channels: 3, background } });
    if (image) await writeFile(join(project, photos, image), await picture.png().toBuffer());
  }
  await writeFile(join(project, 'catalog.jsonl'), items.map((item) => JSON.stringify(item)).join('\n'));
}

/**
 * Runs the commands of an example's README, except those that install and serve.
 * @returns their output
 */
export async function followReadme(project: string): Promise<string> {
  const readme = await readFile(join(project, 'README.md'), 'utf8');
  const [, block = ''] = /```sh\n(.*?)```/s.exec(readme) ?? [];
  const commands = block.split('\n').filter((line) => line && !/^npm (i\b|run dev)/.test(line));
  if (commands.length === 0) throw new Error('The README has no command.');
  const { stdout } = await run('sh', ['-ec', commands.join('\n')], { cwd: project });
  return stdout;
}
