import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { build, serve } from 'vitepress';
import { collectPages } from './site/pages';
import { writeReferences } from './site/references';

/**
 * `npm run site`: builds the documentation into `site/`, a folder of static files for any host, with the demo shop and its
 * playground in `site/demo/`. `--base /docs/` is for a site below the root of its host; `--serve` serves it afterwards;
 * `--built` uses the existing package and demo.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** The pages that the generator reads; its settings and its theme are in `docs/.vitepress`. */
const source = join(root, '.cache', 'site');
const run = promisify(execFile);

const {
  base,
  serve: served,
  built,
  references,
} = new Command('site')
  .option('--base <path>', 'path of the site on its host', '/')
  .option('--serve', 'serve the site when it is built')
  .option('--built', 'use the existing package and demo')
  .option('--references', 'only write the pages of `docs/reference` that are generated from the code')
  .parse()
  .opts<{ base: string; serve?: boolean; built?: boolean; references?: boolean }>();

console.log('[1/4] Package and demo');
if (!built) await script('scripts/package.ts', '--build-only');
if (references) {
  await writeReferences(root);
  process.exit();
}
if (!built) await script('scripts/start.ts', '--build-only');
console.log('[2/4] Pages');
await rm(source, { recursive: true, force: true });
console.log(`      ${(await collectPages(root, source)).length} pages`);
console.log('[3/4] API reference');
const api = join(source, 'reference', 'api');
await module('typedoc/bin/typedoc', '--options', 'typedoc.site.json', '--out', api);
await nameEntries(api);
console.log('[4/4] Site');
const site = join(root, 'site');
await build(join(root, 'docs'), { base });
await moveIndexes(source, site);
await cp(join(root, 'dist'), join(site, 'demo'), { recursive: true });
console.log(`Site: ${site}`);
if (served) await serve({ root: join(root, 'docs'), base });

/** The generator writes `folder/index.md` as `folder.md`, where its links break: this moves it to the address that pages link to. */
async function moveIndexes(pages: string, site: string): Promise<void> {
  const list = join(site, 'llms.txt');
  let text = await readFile(list, 'utf8');
  for (const path of await readdir(pages, { recursive: true })) {
    const written = join(site, `${dirname(path)}.md`);
    if (basename(path) !== 'index.md' || !existsSync(written)) continue;
    await rename(written, join(site, path));
    text = text.replace(`(/${dirname(path).replaceAll(sep, '/')}.md)`, `(/${path.replaceAll(sep, '/')})`);
  }
  await writeFile(list, text);
}

/** Gives the pages of the API the names that a shop imports as headings, instead of file names such as `index` for `sidestream`. */
async function nameEntries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8');
    const entry = name === 'index.md' ? 'sidestream' : `sidestream/${name.replace('.md', '')}`;
    const named =
      name === 'modules.md' ? text.replace('[index]', '[sidestream]') : text.replace(/^# .*$/m, `# ${entry}`);
    await writeFile(path, named);
  }
}

/** Runs a script of the repository, and shows what it prints if it fails. */
async function script(path: string, ...args: string[]): Promise<void> {
  await module('tsx/dist/cli.mjs', path, ...args);
}

async function module(path: string, ...args: string[]): Promise<void> {
  await run(process.execPath, [join(root, 'node_modules', path), ...args], { cwd: root, maxBuffer: 1e8 });
}
