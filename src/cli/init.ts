import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import { buildCommand } from './build';

/** The shop that is copied; in the package beside `lib`, in a clone at the top. */
const STARTER = fileURLToPath(new URL('../../starter/', import.meta.url));
/** What a folder may hold and still count as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'README.md', 'LICENSE', '.gitignore', 'catalog.jsonl']);
const SAMPLES = 'catalog.jsonl';
const SAMPLE_PICTURES = 'pictures';
const VITE = '^7.3.8';

interface InitOptions {
  images?: string;
  build: boolean;
}

/** `sidestream init <folder> [feed…]`: writes a shop of static pages, from a feed or from samples, and builds its bundle. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a shop of static pages with everything set up, from a feed or from samples')
    .argument('<folder>', 'where to write it; a new or an empty folder')
    .argument('[feed...]', 'your products, in any format that `build` reads (default: 24 samples)')
    .option('--images <folder>', 'folder of the pictures that the products of the feed name')
    .option('--no-build', 'do not build the bundle yet')
    .action(async (folder: string, feed: string[], { images, build }: InitOptions) => {
      const target = resolve(folder);
      await refuseFull(target, folder);
      await mkdir(target, { recursive: true });
      await cp(STARTER, target, { recursive: true, filter: (path) => feed.length === 0 || !isSample(path) });
      await writeFile(join(target, '.gitignore'), 'node_modules/\ndist/\n.cache/\n');
      // The folder keeps its name, which the feed may use: `/photos/a.jpg`.
      const name = images === undefined ? (feed.length > 0 ? null : SAMPLE_PICTURES) : basename(resolve(images));
      if (images !== undefined)
        await cp(resolve(images), join(target, 'public', basename(resolve(images))), { recursive: true });
      const sources = feed.length > 0 ? feed : [join(target, SAMPLES)];
      const own = await copyFeed(feed, target);
      const bundle = ['build', ...own, '--out', 'public/bundle', '--cache', '.cache/bundle'];
      const read = name === null ? [] : ['--images', `public/${name}`, '--image-base', `/${encodeURIComponent(name)}/`];
      await writeFile(join(target, 'package.json'), await packageFile(basename(target), [...bundle, ...read]));
      console.log(`Wrote a shop to ${folder}`);
      if (build) {
        const out = ['--out', join(target, 'public', 'bundle'), '--cache', join(target, '.cache', 'bundle')];
        const at = name === null ? [] : ['--images', join(target, 'public', name), ...read.slice(2)];
        await buildCommand().parseAsync([...sources, ...out, ...at], { from: 'user' });
      }
      console.log(
        ['', `  cd ${folder}`, '  npm install', ...(build ? [] : ['  npm run bundle']), '  npm start', ''].join('\n'),
      );
    });
}

/** Files of the feed come along, so that `npm run bundle` finds them; addresses stay what they are. */
async function copyFeed(feed: string[], target: string): Promise<string[]> {
  if (feed.length === 0) return [SAMPLES];
  return Promise.all(
    feed.map(async (path) => {
      if (/^https?:/.test(path)) return path;
      const name = basename(resolve(path));
      await cp(resolve(path), join(target, name), { recursive: true });
      return name;
    }),
  );
}

function isSample(path: string): boolean {
  return path.endsWith(SAMPLES) || /[\\/]pictures[\\/]?/.test(path);
}

async function refuseFull(path: string, folder: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory()) throw new SidestreamError('runtime/invalid-input', `${folder} is a file. Name a folder.`);
  const others = (await readdir(path)).filter((name) => !HARMLESS.has(name));
  if (others.length === 0) return;
  const message = `${folder} is not empty (${others.slice(0, 3).join(', ')}). Name a new folder: nothing in it is overwritten.`;
  throw new SidestreamError('runtime/invalid-input', message);
}

async function packageFile(name: string, bundle: string[]): Promise<string> {
  const { version, peerDependencies } = v.parse(
    v.pipe(
      v.string(),
      v.parseJson(),
      v.object({ version: v.string(), peerDependencies: v.record(v.string(), v.string()) }),
    ),
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const quoted = bundle.map((word) => (/^[\w./:-]+$/.test(word) ? word : JSON.stringify(word)));
  return `${JSON.stringify(
    {
      name:
        name
          .toLowerCase()
          .replace(/[^a-z0-9-]+/g, '-')
          .replace(/^-+|-+$/g, '') || 'shop',
      private: true,
      type: 'module',
      scripts: { start: 'vite', build: 'vite build', bundle: `sidestream ${quoted.join(' ')}` },
      dependencies: { sidestream: `^${version}` },
      devDependencies: { vite: VITE },
      // An editor in the browser cannot run them, and needs them for nothing but a new bundle.
      optionalDependencies: {
        'onnxruntime-node': peerDependencies['onnxruntime-node'],
        sharp: peerDependencies.sharp,
      },
    },
    null,
    2,
  )}\n`;
}
