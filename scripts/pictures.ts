import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import * as v from 'valibot';
import { SCRIPTS } from './pictures/scripts-folder';
import type { Look } from './pictures/studio';
import type { View } from './pictures/view';
import { VIEWS } from './pictures/views';
import { digestOf, isStamped, writeStamp } from './start/stamp';

/**
 * `npm run pictures`: takes every picture of the README and of the manual, and writes those that changed visibly. What is built
 * already is used. `--check` takes only those whose sources changed, writes nothing, and fails if one changed visibly. `--all`
 * takes every view in every size, colour scheme and direction into `.cache/pictures`, for looking at. Names of views take only these.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const LIST = 'docs/pictures.json';
const LOOKED_AT = join('.cache', 'pictures');

/** In which ways every view is looked at. */
const LOOKS: Readonly<Record<string, Look>> = {
  '1440': { width: 1440, height: 900, whole: true },
  '390': { width: 390, height: 844, whole: true },
  '320': { width: 320, height: 720, whole: true },
  dark: { width: 1440, height: 900, whole: true, options: { colorScheme: 'dark' } },
  'right-to-left': { width: 1440, height: 900, whole: true, lang: 'ar' },
  japanese: { width: 1440, height: 900, whole: true, lang: 'ja' },
  'forced-colours': { width: 1440, height: 900, whole: true, options: { forcedColors: 'active' } },
};

type Pictured = View & Required<Pick<View, 'picture'>>;

const program = new Command('pictures')
  .argument('[views...]', 'names of views; default: all')
  .option('--check', 'fail if a picture whose sources changed differs visibly')
  .option('--all', 'every view in every size, colour scheme and direction, into .cache/pictures')
  .parse();
const { check, all } = program.opts<{ check?: boolean; all?: boolean }>();
const unknown = program.args.find((name) => VIEWS.every((view) => view.name !== name));
if (unknown !== undefined)
  program.error(`There is no view ${unknown}; there are ${VIEWS.map(({ name }) => name).join(', ')}.`);
const wanted = VIEWS.filter(({ name }) => program.args.length === 0 || program.args.includes(name));
const pictured = wanted.filter((view): view is Pictured => view.picture !== undefined);

/** Digest of the sources of each picture when it was last taken, by its file. */
const listed = v.parse(
  v.record(v.string(), v.string()),
  existsSync(LIST) ? JSON.parse(await readFile(LIST, 'utf8')) : {},
);

if (all) await takeForLooking();
else if (check) await checkPictures();
else await takePictures();

/** Runs some work in a browser with the built demo. */
async function inStudio(
  views: readonly View[],
  work: (take: (view: View, look: Look) => Promise<Buffer>) => Promise<void>,
): Promise<void> {
  // A check without changes needs neither a build nor a browser.
  const [{ prepareDemoBundle }, { prepareSite }, { Studio }] = await Promise.all([
    import('./start/demo-bundle'),
    import('./start/site'),
    import('./pictures/studio'),
  ]);
  console.log(`Demo bundle: ${await prepareDemoBundle()}`);
  console.log(`Demo page: ${await prepareSite()}`);
  if (views.some(({ needsScripts }) => needsScripts)) console.log(`Scripts: ${await prepareScripts(SCRIPTS)}`);
  // For looking, the fonts of the machine serve, which have more scripts.
  const studio = await Studio.open(root, all ? {} : await (await import('./pictures/fonts')).pictureFonts());
  try {
    await work((view, look) => studio.take(view, look));
  } finally {
    await studio.close();
  }
}

/** Builds the scripts of the package into a folder unless nothing changed since the last time. */
async function prepareScripts(folder: string): Promise<string> {
  const stamp = `${folder}.stamp`;
  const digest = await digestOf(['package-lock.json', 'scripts/package', 'src']);
  if (await isStamped(stamp, digest)) return 'up to date';
  const { buildCdn } = await import('./package/bundles');
  await rm(folder, { recursive: true, force: true });
  await buildCdn(resolve(folder));
  await writeStamp(stamp, digest);
  return 'built';
}

async function takePictures(): Promise<void> {
  await inStudio(pictured, async (take) => {
    for (const view of pictured) {
      const path = join('docs', view.picture.file);
      const screenshot = await take(view, view.picture);
      const { compressed, difference, TOLERANCE } = await import('./pictures/compare');
      const differing = existsSync(path) ? await difference(await readFile(path), screenshot) : 1;
      if (differing > TOLERANCE) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, await compressed(screenshot, view.name));
      }
      listed[view.picture.file] = await digestOfView(view);
      console.log(
        `${path}: ${differing > TOLERANCE ? `taken, ${percent(differing)} of it changed` : 'looks the same'}`,
      );
    }
  });
  const files = VIEWS.flatMap(({ picture }) => picture?.file ?? []);
  const kept = Object.fromEntries(files.flatMap((file) => (listed[file] ? [[file, listed[file]]] : [])));
  await writeFile(LIST, `${JSON.stringify(kept, null, 2)}\n`);
}

async function checkPictures(): Promise<void> {
  const changed: Pictured[] = [];
  for (const view of pictured) {
    const { file } = view.picture;
    const isCurrent = existsSync(join('docs', file)) && listed[file] === (await digestOfView(view));
    if (!isCurrent) changed.push(view);
  }
  console.log(`${pictured.length} pictures; the sources of ${changed.length} changed since they were taken.`);
  if (changed.length === 0) return;
  const old: string[] = [];
  await inStudio(changed, async (take) => {
    for (const view of changed) {
      const path = join('docs', view.picture.file);
      const { difference, TOLERANCE } = await import('./pictures/compare');
      const screenshot = await take(view, view.picture);
      const differing = existsSync(path) ? await difference(await readFile(path), screenshot) : 1;
      console.log(`${path}: ${percent(differing)} of it differs`);
      if (differing > TOLERANCE) old.push(view.name);
    }
  });
  if (old.length === 0) return;
  console.error(`These pictures are out of date. Take them again: npm run pictures -- ${old.join(' ')}`);
  process.exitCode = 1;
}

async function takeForLooking(): Promise<void> {
  await mkdir(LOOKED_AT, { recursive: true });
  await inStudio(wanted, async (take) => {
    for (const view of wanted) {
      for (const [name, look] of Object.entries(LOOKS)) {
        const path = join(LOOKED_AT, `${view.name}-${name}.png`);
        await writeFile(path, await take(view, look));
        console.log(path);
      }
    }
  });
}

/** Digest of what makes a picture: the sources of its view, and its size. */
async function digestOfView({ sources, picture }: Pictured): Promise<string> {
  return createHash('sha256')
    .update(await digestOf(sources))
    .update(JSON.stringify(picture))
    .digest('hex');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
