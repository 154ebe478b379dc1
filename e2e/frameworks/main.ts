import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from '@playwright/test';
import { prepareDemoBundle } from '../../scripts/start/demo-bundle';
import { buildBundle, createProject, trainBundle } from '../package/project';
import { APPS, type App } from './apps';
import { InstalledApp, registryTrouble } from './installed-app';
import { walk } from './walk';
import { walkLists } from './walk-lists';
import { walkSwaps } from './walk-swaps';
import { walkWooCommerce } from './walk-woocommerce';
import { walkWorkbox } from './walk-workbox';
import { wordPressTrouble } from './word-press';

/**
 * `npm run frameworks [-- <part of a name> …]`: packs the package, installs an app with each framework from the registry,
 * builds it without a setting, serves it and uses it in the browser. Prints a table and one line of JSON. `--packed` uses the
 * existing tarball.
 */
interface Row {
  app: string;
  install: number;
  build: number;
  /** The checks that passed, or the failure. */
  built: string;
  dev: string;
  good: boolean;
}

const WOOCOMMERCE = 'WooCommerce (a stand-in) on WordPress';
const root = fileURLToPath(new URL('../../', import.meta.url));
const packed = process.argv.includes('--packed');
const wanted = process.argv.slice(2).flatMap((name) => (name === '--packed' ? [] : name.toLowerCase()));
const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part));
const apps = APPS.filter(({ name }) => isWanted(name));

const trouble = apps.length > 0 && (await registryTrouble());
if (trouble) {
  console.error(trouble);
  process.exit(1);
}
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
if (!packed) await promisify(execFile)(process.execPath, [tsx, 'scripts/package.ts'], { cwd: root, maxBuffer: 1e8 });
const project = await createProject();
if (apps.length > 0) {
  await buildBundle(project);
  await trainBundle(project);
}
const file = join(root, '.cache', 'browser');
const executablePath = (existsSync(file) && readFileSync(file, 'utf8').trim()) || undefined;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const rows: Row[] = [];
for (const tried of [
  ...apps.map((app) => () => tryApp(app, browser)),
  ...(isWanted(WOOCOMMERCE) ? [tryWooCommerce] : []),
]) {
  const row = await tried();
  rows.push(row);
  console.log(
    `${row.good ? '✓' : '✗'} ${row.app.padEnd(20)} install ${seconds(row.install)}, build ${seconds(row.build)}, built: ${row.built}, development: ${row.dev}`,
  );
}
await browser.close();
await rm(project, { recursive: true, force: true });
console.log(JSON.stringify(rows));
if (rows.some(({ good }) => !good)) process.exitCode = 1;

/** WordPress is not in the registry of packages: without Debian's, this is skipped. */
async function tryWooCommerce(): Promise<Row> {
  const row: Row = {
    app: WOOCOMMERCE,
    install: 0,
    build: 0,
    built: (await wordPressTrouble()) ?? '',
    dev: '–',
    good: true,
  };
  if (row.built) return row;
  const started = performance.now();
  try {
    // The pictures of the demo shop.
    if (!existsSync(join(root, 'public', 'images'))) await prepareDemoBundle();
    row.built = await walkWooCommerce(browser, project);
  } catch (thrown) {
    console.error(thrown);
    Object.assign(row, { built: `failed: ${String(thrown).split('\n')[0]}`, good: false });
  }
  return { ...row, build: performance.now() - started };
}

async function tryApp(app: App, browser: Browser): Promise<Row> {
  const row: Row = {
    app: app.name,
    install: 0,
    build: 0,
    built: 'not built',
    dev: app.dev ? 'not tried' : '–',
    good: false,
  };
  let installed: InstalledApp | null = null;
  try {
    const started = performance.now();
    installed = await InstalledApp.install(app, join(project, 'public'));
    row.install = performance.now() - started;
    if (app.offline) {
      row.built = await walkWorkbox(browser, installed);
      row.good = true;
      await installed.remove();
      return row;
    }
    await installed.build();
    row.build = performance.now() - started - row.install;
    row.built = await use(browser, app, await installed.serve(), app.light ?? false);
    if (app.dev) row.dev = await use(browser, app, await installed.dev(), true);
    row.good = true;
  } catch (thrown) {
    console.error(thrown);
    row.built = row.built === 'not built' ? `failed: ${String(thrown).split('\n')[0]}` : row.built;
    if (row.built !== 'not built' && app.dev && row.dev === 'not tried') row.dev = String(thrown).split('\n')[0];
  }
  await installed?.remove();
  return row;
}

async function use(
  browser: Browser,
  app: App,
  { origin, close }: { origin: string; close(): unknown },
  light: boolean,
): Promise<string> {
  if (app.lists && !light) await walkLists(browser, origin + app.lists.page);
  if (app.template === undefined) {
    await close();
    return 'the list is in the HTML, and is ranked in place';
  }
  const page = await browser.newPage();
  try {
    const { learned, encoders } = await walk(page, origin + (app.page ?? ''), light);
    if (app.swaps) await walkSwapsAlone(browser, origin);
    return light ? 'lists follow' : `lists follow, learns ${learned} choices, encodes on ${encoders}`;
  } finally {
    await page.close();
    await close();
  }
}

/** Visits the app as a shopper about whom nothing is known. */
async function walkSwapsAlone(browser: Browser, origin: string): Promise<void> {
  const context = await browser.newContext();
  try {
    await walkSwaps(await context.newPage(), origin);
  } finally {
    await context.close();
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
