import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import * as v from 'valibot';
import type { Item } from '../../../src/core/catalog';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { PACKAGE_FOLDER, requireRoom } from '../../encoders/folders';
import { nodeRuntime } from '../../encoders/node';
import { detectLanguage } from '../../shop/pipeline';
import { readFeed, readMapping } from '../bundler';
import { buildCommand } from './build';
import {
  allowPrivateOption,
  currencyOption,
  encodingOption,
  langOption,
  mappingOption,
  optionWords,
  refusalsOption,
} from './options';
import { packageSource, plainAddress, scriptWord, TARBALL } from './shop-package';
import { filledPage, hasTexts, shopTexts, textsFile } from './shop-texts';

export const OWN_PACKAGE = v.parse(
  v.pipe(
    v.string(),
    v.parseJson(),
    v.object({ version: v.string(), peerDependencies: v.record(v.string(), v.string()) }),
  ),
  readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8'),
);
/** The shop that is copied; next to `lib` in the package, at the top level in a clone. */
const STARTER = join(PACKAGE_FOLDER, 'starter');
const PAGES = ['index.html', 'product.html', 'cart.html'];
/** Names that a folder may already have; they are kept. */
const HARMLESS = new Set(['.git', '.DS_Store', 'README.md', 'LICENSE', '.gitignore']);
const GITIGNORE = 'node_modules/\ndist/\n.cache/\n';
/** npm drops an optional package whose install script fails; onnxruntime-node's fetches binaries that no CPU needs. */
const NPMRC = '# The packages work without their install scripts.\nignore-scripts=true\n';
const SAMPLES = 'catalog.jsonl';
const SAMPLE_PICTURES = 'pictures';
const VITE = '^7.3.8';
/** Language of the samples, and of a feed whose language is unknown. */
const LANGUAGE = 'en';
/** Currency of the samples, and of a feed without one. */
const CURRENCY = 'EUR';
/** Currency by language, for languages with a single currency other than this. */
const CURRENCIES: Record<string, string> = { ja: 'JPY' };
/** Number of rows searched for currency and language: a feed states its currency with each price or with none. */
const LOOKED_AT = 400;

const initOptions = () =>
  new Command('init')
    .description(
      'write a shop of static pages with everything set up, in the language and currency of a feed, or from samples',
    )
    .argument('<folder>', 'target folder; new or empty')
    .argument('[feed...]', 'your products, in any format that `build` reads (default: 24 samples)')
    .option('--images <folder>', 'folder of the pictures that the products of the feed name')
    .addOption(mappingOption())
    .addOption(encodingOption())
    .addOption(langOption())
    .addOption(refusalsOption())
    .addOption(allowPrivateOption())
    .addOption(
      currencyOption(
        `; default: the feed's currency, otherwise JPY for Japanese and ${CURRENCY} for any other language`,
      ),
    )
    .option('--no-build', 'do not build the bundle yet');

type InitOptions = ReturnType<ReturnType<typeof initOptions>['opts']>;

export const initCommand = () =>
  initOptions().action(async (folder, feed, options) => {
    const target = resolve(folder);
    await requireRoom('The folder', folder);
    const before = await namesBefore(target, folder, [...feed, options.images ?? [], options.mapping ?? []].flat());
    // Reports a mistyped path before anything is written.
    const facts = await feedFacts(feed, options);
    try {
      await writeShop([target, folder], feed, options, facts, before);
    } catch (cause) {
      await removeNew(target, before);
      throw cause;
    }
  });

/** @param before names that the folder had already; these files stay as they are */
async function writeShop(
  [target, folder]: [string, string],
  feed: string[],
  options: InitOptions,
  facts: FeedFacts,
  before: readonly string[] | null,
): Promise<void> {
  const { language } = facts;
  const currency = facts.currency ?? CURRENCIES[language.slice(0, 2)] ?? CURRENCY;
  await mkdir(target, { recursive: true });
  const filter = (path: string): boolean => feed.length === 0 || !isSample(relative(STARTER, path));
  await cp(STARTER, target, { recursive: true, force: false, filter });
  await writeFile(join(target, '.npmrc'), NPMRC);
  if (!before?.includes('.gitignore')) await writeFile(join(target, '.gitignore'), GITIGNORE);
  await writeFile(join(target, 'src', 'currency.js'), currencyFile(currency));
  await writeTexts(target, language);
  const { images, mapping, refusals } = options;
  // The folder keeps its name, which the feed may use: `/photos/a.jpg`.
  const folders = new Set(await readdir(join(target, 'public')));
  const [pictures = feed.length > 0 ? null : SAMPLE_PICTURES] =
    images === undefined ? [] : await copyFiles([images], join(target, 'public'), folders);
  const taken = new Set([...(await readdir(target)), 'package.json', 'package-lock.json', 'node_modules', 'dist']);
  const own = feed.length > 0 ? await copyFiles(feed, target, taken) : [SAMPLES];
  const [ownMapping] = await copyFiles(mapping === undefined ? [] : [mapping], target, taken);
  if (!before?.includes('README.md')) await nameFeed(join(target, 'README.md'), own);
  const script = [
    ...['build', ...own, '--out', 'public/bundle', '--cache', '.cache/bundle'],
    ...optionWords({ mapping: ownMapping, encoding: options.encoding, lang: options.lang }),
    ...optionWords({ refusals: refusals && basename(resolve(refusals)) }),
    ...(options.allowPrivate ? ['--allow-private'] : []),
    ...(pictures === null
      ? []
      : ['--images', `public/${pictures}`, '--image-base', `/${encodeURIComponent(pictures)}/`]),
  ];
  const { dependency, clone } = await packageSource(PACKAGE_FOLDER, target, OWN_PACKAGE);
  await writeFile(join(target, 'package.json'), packageFile(basename(target), script, dependency));
  console.log(`Wrote a shop to ${folder}`);
  for (const line of notes(feed, currency, facts)) console.log(line);
  // Run by npx, this process lacks the packages that encode products; `npm install` brings them into the shop.
  const build = options.build && (await nodeRuntime().then(Boolean, () => false));
  if (build) {
    const reported = optionWords({ refusals: refusals && resolve(refusals) });
    const from = process.cwd();
    process.chdir(target);
    const building = buildCommand().parseAsync([...script.slice(1), ...reported], { from: 'user' });
    await building.finally(() => process.chdir(from));
  }
  console.log(
    [
      '',
      ...(clone && !existsSync(join(clone, TARBALL)) ? [`  npm --prefix ${JSON.stringify(clone)} run pack`] : []),
      `  cd ${folder}`,
      '  npm install',
      ...(build ? [] : ['  npm run bundle']),
      '  npm start',
      '',
    ].join('\n'),
  );
}

type FeedFacts = Awaited<ReturnType<typeof feedFacts>>;

async function feedFacts(feed: string[], { mapping, encoding, currency: stated, lang }: InitOptions) {
  let currency = stated;
  let said = lang;
  const items: Pick<Item, 'title' | 'description'>[] = [];
  let rows = 0;
  for await (const row of readFeed(feed, {
    mapping: await readMapping(mapping, encoding),
    onFormat: (_file, _format, language) => {
      said ??= language;
    },
  })) {
    if ('item' in row) {
      currency ??= row.currency;
      items.push(row.item);
    }
    if (++rows >= LOOKED_AT) break;
  }
  const language = said ?? (await detectLanguage(items));
  return {
    currency,
    language: language ?? LANGUAGE,
    /** Whether the language is known rather than assumed. */
    languageKnown: language !== undefined || feed.length === 0,
  };
}

function notes(feed: string[], currency: string, facts: FeedFacts): string[] {
  const language = new Intl.DisplayNames(['en'], { type: 'language' }).of(facts.language);
  return [
    ...(feed.length > 0 && facts.currency === undefined
      ? [`Its prices are in ${currency}, because the feed names no currency. To change it, edit src/currency.js`]
      : []),
    ...(facts.languageKnown
      ? []
      : [`Its pages are in ${language}, because the feed has too few texts to tell. To change it, use --lang`]),
    ...(hasTexts(facts.language)
      ? []
      : [`Its products are in ${language}, but the pages have no texts in that language: they are in English`]),
  ];
}

async function writeTexts(target: string, language: string): Promise<void> {
  const texts = shopTexts(language);
  for (const page of PAGES.map((name) => join(target, name)))
    await writeFile(page, filledPage(await readFile(page, 'utf8'), texts, language));
  await writeFile(join(target, 'src', 'texts.js'), textsFile(texts));
}

const currencyFile = (code: string): string =>
  `/** Currency of the prices, as a code: of the lists and of the pages. */\nexport const currency = '${code}';\n`;

async function nameFeed(readme: string, feed: string[]): Promise<void> {
  const text = await readFile(readme, 'utf8');
  const named = text
    .replaceAll(`\`${SAMPLES}\``, feed.map((name) => `\`${name}\``).join(', '))
    .replaceAll(SAMPLES, feed.join(' and '));
  await writeFile(readme, named);
}

/**
 * Copies the files that `npm run bundle` reads; addresses stay.
 * @returns their names in the shop
 * @throws SidestreamError `runtime/invalid-input` if a file cannot be copied, or the shop has another one of its name
 */
async function copyFiles(paths: string[], target: string, taken: Set<string>): Promise<string[]> {
  const names: string[] = [];
  for (const path of paths) {
    const [source, name] = [resolve(path), basename(resolve(path))];
    if (/^https?:/i.test(path)) names.push(plainAddress(path));
    else {
      const isThere = source === join(target, name);
      if (name.startsWith('-') || (!isThere && taken.has(name)))
        throw invalidInput(`The shop cannot have a copy of ${path} under this name. Rename it.`);
      if (!isThere)
        await cp(source, join(target, name), { recursive: true }).catch((cause) => {
          throw invalidInput(`Cannot copy ${path} (${messageOf(cause)}). Correct the path.`, { cause });
        });
      taken.add(name);
      names.push(name);
    }
  }
  return names;
}

const isSample = (path: string): boolean => path === SAMPLES || path.split(/[\\/]/).includes(SAMPLE_PICTURES);

/**
 * @param inputs files and folders of the command line, which may lie in the folder
 * @returns the names in the folder; null if it does not exist yet
 * @throws SidestreamError `runtime/invalid-input` if it holds other files
 */
async function namesBefore(path: string, folder: string, inputs: readonly string[]): Promise<readonly string[] | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (!found.isDirectory()) throw invalidInput(`${folder} is a file. Name a folder.`);
  const names = await readdir(path);
  const own = new Set(inputs.map((input) => resolve(input)));
  const others = names.filter((name) => !HARMLESS.has(name) && !own.has(join(path, name)));
  if (others.length === 0) return names;
  const message = `${folder} is not empty (${others.slice(0, 3).join(', ')}). Name a new folder: nothing in it is overwritten.`;
  throw invalidInput(message);
}

/** Removes what was written into a folder, so that the command can run again. */
async function removeNew(path: string, before: readonly string[] | null): Promise<void> {
  const names = before === null ? [''] : (await readdir(path)).filter((name) => !before.includes(name));
  for (const name of names) await rm(join(path, name), { recursive: true, force: true });
}

function packageFile(name: string, bundle: string[], dependency: string): string {
  const { peerDependencies } = OWN_PACKAGE;
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
      dependencies: { sidestream: dependency },
      devDependencies: { vite: VITE },
      // An editor in the browser cannot run these packages, and needs them only for a new bundle.
      optionalDependencies: {
        'onnxruntime-node': peerDependencies['onnxruntime-node'],
        sharp: peerDependencies.sharp,
      },
    },
    null,
    2,
  )}\n`;
}
