import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import * as v from 'valibot';
import { readFeed, readMapping } from '../build';
import type { FeedMapping } from '../catalog/feed';
import { SidestreamError } from '../error';
import { buildCommand } from './build';
import { plainAddress, plainName, scriptWord } from './script-words';
import {
  allowPrivateOption,
  currencyOption,
  encodingOption,
  langOption,
  mappingOption,
  refusalsOption,
} from './shared-options';

/** The shop that is copied; in the package beside `lib`, in a clone at the top. */
const STARTER = fileURLToPath(new URL('../../starter/', import.meta.url));
/** What a folder may hold and still count as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'README.md', 'LICENSE', '.gitignore', 'catalog.jsonl']);
const SAMPLES = 'catalog.jsonl';
const SAMPLE_PICTURES = 'pictures';
const VITE = '^7.3.8';
/** Currency of the samples, and of a feed that says none. */
const CURRENCY = 'EUR';
/** Rows in which a currency is looked for: a feed says it of each price, or of none. */
const CURRENCY_IN = 100;

interface InitOptions {
  images?: string;
  mapping?: string;
  encoding?: string;
  lang?: string;
  refusals?: string;
  allowPrivate?: boolean;
  currency?: string;
  build: boolean;
}

/** `sidestream init <folder> [feed…]`: writes a shop of static pages, from a feed or from samples, and builds its bundle. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a shop of static pages with everything set up, from a feed or from samples')
    .argument('<folder>', 'where to write it; a new or an empty folder')
    .argument('[feed...]', 'your products, in any format that `build` reads (default: 24 samples)')
    .option('--images <folder>', 'folder of the pictures that the products of the feed name')
    .addOption(mappingOption())
    .addOption(encodingOption())
    .addOption(langOption())
    .addOption(refusalsOption())
    .addOption(allowPrivateOption())
    .addOption(currencyOption(`; default: what the feed says, else ${CURRENCY}`))
    .option('--no-build', 'do not build the bundle yet')
    .action(async (folder: string, feed: string[], options: InitOptions) => {
      const target = resolve(folder);
      await refuseFull(target, folder);
      // Reports a mistyped path before anything is written.
      const said = options.currency ?? (await currencyOf(feed, options));
      await mkdir(target, { recursive: true });
      await cp(STARTER, target, { recursive: true, filter: (path) => feed.length === 0 || !isSample(path) });
      await writeFile(join(target, '.gitignore'), 'node_modules/\ndist/\n.cache/\n');
      await writeFile(join(target, 'src', 'currency.js'), currencyFile(said ?? CURRENCY));
      const { images, mapping, refusals, build } = options;
      // The folder keeps its name, which the feed may use: `/photos/a.jpg`.
      const folders = new Set(await readdir(join(target, 'public')));
      const [pictures = feed.length > 0 ? null : SAMPLE_PICTURES] =
        images === undefined ? [] : await copyFiles([images], join(target, 'public'), SAMPLE_PICTURES, folders);
      const taken = new Set([...(await readdir(target)), 'package.json', 'package-lock.json', 'node_modules', 'dist']);
      const own = feed.length > 0 ? await copyFiles(feed, target, 'feed', taken) : [SAMPLES];
      const [ownMapping] = await copyFiles(mapping === undefined ? [] : [mapping], target, 'mapping', taken);
      await nameFeed(join(target, 'README.md'), own);
      const script = bundleArguments({
        ...{ feed: own, at: (path) => path, pictures, options },
        ...{ mapping: ownMapping, refusals: refusals && plainName(basename(resolve(refusals)), 'refusals', taken) },
      });
      await writeFile(join(target, 'package.json'), await packageFile(basename(target), script));
      console.log(`Wrote a shop to ${folder}`);
      if (feed.length > 0 && said === undefined)
        console.log(`Its prices are in ${CURRENCY}, as the feed says no currency. Another one: src/currency.js`);
      if (build) {
        const at = (path: string): string => join(target, path);
        const sources = feed.length > 0 ? feed : [at(SAMPLES)];
        const cache = ['--picture-cache', at('.cache/pictures')];
        const built = bundleArguments({ feed: sources, at, pictures, options, mapping, refusals });
        await buildCommand().parseAsync([...built.slice(1), ...cache], { from: 'user' });
      }
      console.log(
        ['', `  cd ${folder}`, '  npm install', ...(build ? [] : ['  npm run bundle']), '  npm start', ''].join('\n'),
      );
    });
}

/** The currency that a feed says its prices are in. */
async function currencyOf(feed: string[], { mapping: file, encoding }: InitOptions): Promise<string | undefined> {
  const mapping: FeedMapping = file === undefined ? {} : await readMapping(file);
  let rows = 0;
  for await (const row of readFeed(feed, {
    mapping: { ...mapping, ...(encoding === undefined ? {} : { encoding }) },
  })) {
    if ('item' in row && row.currency !== undefined) return row.currency;
    if (++rows >= CURRENCY_IN) break;
  }
  return undefined;
}

const currencyFile = (code: string): string =>
  `/** Currency of the prices, as a code: of the lists and of the pages. */\nexport const currency = '${code}';\n`;

/** The command line that builds the bundle. @param at where the shop has a path of its own */
function bundleArguments({
  feed,
  at,
  pictures,
  mapping,
  refusals,
  options: { encoding, lang, allowPrivate },
}: {
  feed: string[];
  at: (path: string) => string;
  /** Name of the folder of pictures. */
  pictures: string | null;
  mapping?: string;
  refusals?: string;
  options: InitOptions;
}): string[] {
  const given = { mapping, encoding, lang, refusals };
  return [
    ...['build', ...feed, '--out', at('public/bundle'), '--cache', at('.cache/bundle')],
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...(allowPrivate ? ['--allow-private'] : []),
    ...(pictures === null
      ? []
      : ['--images', at(`public/${pictures}`), '--image-base', `/${encodeURIComponent(pictures)}/`]),
  ];
}

/** Replaces the name of the samples in the README by that of the feed. */
async function nameFeed(readme: string, feed: string[]): Promise<void> {
  const text = await readFile(readme, 'utf8');
  const named = text
    .replaceAll(`\`${SAMPLES}\``, feed.map((name) => `\`${name}\``).join(', '))
    .replaceAll(SAMPLES, feed.join(' and '));
  await writeFile(readme, named);
}

/**
 * Copies the files that `npm run bundle` reads; addresses stay what they are.
 * @param stem of the name of one whose own name a shell could read more into, or that is taken
 * @returns their names in the shop
 */
async function copyFiles(paths: string[], target: string, stem: string, taken: Set<string>): Promise<string[]> {
  const names: string[] = [];
  for (const path of paths) {
    const [source, name] = [resolve(path), basename(resolve(path))];
    if (/^https?:/i.test(path)) names.push(plainAddress(path));
    else if (source === join(target, name) && plainName(name, stem, new Set()) === name) names.push(name);
    else {
      const own = plainName(name, stem, taken);
      await cp(source, join(target, own), { recursive: true });
      if (own !== name)
        console.log(`${JSON.stringify(name)} is copied as ${own}, the name that npm run bundle can use`);
      names.push(own);
    }
  }
  return names;
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
  return `${JSON.stringify(
    {
      name:
        name
          .toLowerCase()
          .replace(/[^a-z0-9-]+/g, '-')
          .replace(/^-+|-+$/g, '') || 'shop',
      private: true,
      type: 'module',
      scripts: { start: 'vite', build: 'vite build', bundle: `sidestream ${bundle.map(scriptWord).join(' ')}` },
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
