import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { build, serve } from 'vitepress';
import { collectPages } from './site/pages';
import { writeReferences } from './site/references';

/**
 * `npm run site`: builds the documentation into `site/`, a folder of static files for any host, with the demo shop and its
 * playground in `site/demo/`. `--base /docs/` is for a site that is not at the root of its host; `--serve` serves it afterwards;
 * `--built` takes package and demo as they are.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** Everything that the generator reads. */
const source = join(root, '.cache', 'site');
const run = promisify(execFile);

const {
  base,
  serve: served,
  built,
  references,
} = new Command('site')
  .option('--base <path>', 'where the site lies on its host', '/')
  .option('--serve', 'serve the site when it is built')
  .option('--built', 'take package and demo as they were built before')
  .option('--references', 'write the pages of `docs/reference` that are made of the code, and end')
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
await module('typedoc/bin/typedoc', '--options', 'typedoc.site.json', '--out', join(source, 'reference', 'api'));
console.log('[4/4] Site');
await build(source, { base, outDir: join(root, 'site') });
await cp(join(root, 'dist'), join(root, 'site', 'demo'), { recursive: true });
console.log(`Site: ${join(root, 'site')}`);
if (served) await serve({ root: source, base });

/** Runs a script of the repository, and shows what it prints if it fails. */
async function script(path: string, ...args: string[]): Promise<void> {
  await module('tsx/dist/cli.mjs', path, ...args);
}

async function module(path: string, ...args: string[]): Promise<void> {
  await run(process.execPath, [join(root, 'node_modules', path), ...args], { cwd: root, maxBuffer: 1e8 });
}
