import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { build } from 'vite';
import type * as Sidestream from '../../src';
import { type Host, serve } from '../host';
import { buildBundle, createProject, run } from './project';

declare global {
  var sidestream: Pick<typeof Sidestream, 'createRecommender'>;
}

// Builds and browsers take their time on a busy machine.
test.describe.configure({ timeout: 180_000 });

const ELEMENT =
  '<sidestream-recs catalog="/bundle/" heading="For you" href-template="/product/{id}"></sidestream-recs>';
const SHOP = (...scripts: string[]): string =>
  `<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">${scripts.map((script) => `<script type="module" src="${script}"></script>`).join('')}${ELEMENT}`;
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:";
/** What is asked for when an item must be encoded, and by nobody else. */
const ENCODERS = /onnx|ort-wasm|encode/;

let project: string;
let report: string;
const hosts: Host[] = [];
const at = (...path: string[]): string => join(project, ...path);
const cdn = (): string => at('node_modules', 'sidestream', 'lib', 'cdn');

async function host(...args: Parameters<typeof serve>): Promise<Host> {
  const started = await serve(...args);
  hosts.push(started);
  return started;
}

test.beforeAll(async () => {
  project = await createProject();
  report = await buildBundle(project);
});
test.afterEach(() => {
  for (const { close } of hosts.splice(0)) close();
});
test.afterAll(() => rm(project, { recursive: true, force: true }));

/** Opens a page of the shop and waits for its list. @returns what went wrong without stopping the page, as it comes */
async function openShop(page: Page, address: string): Promise<string[]> {
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(address);
  const card = page.locator('sidestream-recs [data-id]').first();
  await expect(card).toBeVisible();
  expect(await card.locator('a').getAttribute('href')).toMatch(/^\/product\/p\d$/);
  return trouble;
}

/** Chooses products until something was learned with tfjs. @returns the backend */
const learn = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/bundle/', namespace: 'choices' });
    for (const id of ['p1', 'p3', 'p5', 'p7']) await recommender.track('click', id);
    await recommender.settled();
    const { backend } = await recommender.status();
    await recommender.close();
    return backend.learner;
  });

/** Adds a product, for which the encoders are loaded. @returns what they ran on */
const add = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/bundle/', namespace: 'new products' });
    await recommender.addItem({ title: 'Green kite' });
    const { backend } = await recommender.status();
    await recommender.close();
    return backend.encoders;
  });

test('the command of the tarball builds a bundle with the encoders that the tarball brings', async () => {
  const { stdout } = await run('npx', ['--no-install', 'sidestream', '--version'], { cwd: project });
  const installed = await readFile(at('node_modules', 'sidestream', 'package.json'), 'utf8');
  expect(stdout.trim()).toBe(JSON.parse(installed).version);
  expect(report).toContain('Built 10 items (5 without a picture)');
  const manifest = await readFile(at('public', 'bundle', 'manifest.json'), 'utf8');
  expect(manifest).toContain('mobilenet-v2');
  expect(manifest).toContain('use-lite');
});

test('the command of the tarball trains, with the wasm files that the tarball brings', async () => {
  const events = Array.from({ length: 60 }, (_, n) => `u${n % 6},p${(n * 7) % 10},${1_700_000_000 + n * 60}`);
  await writeFile(at('log.csv'), `user,item,time\n${events.join('\n')}\n`);
  const size = ['--width', '8', '--length', '4', '--epochs', '1'];
  const args = ['sidestream', 'train', '--bundle', 'public/bundle', '--events', 'log.csv', '--out', 'trained', ...size];
  const { stdout } = await run('npx', ['--no-install', ...args], { cwd: project });
  expect(stdout).toMatch(/Trained on 60 events/);
});

test('a server imports it without a window', async () => {
  const script = `
    const names = ['sidestream', 'sidestream/element', 'sidestream/inspector', 'sidestream/adapters', 'sidestream/encoders'];
    const modules = await Promise.all(names.map((name) => import(name)));
    console.log(typeof window, modules.map((module) => Object.keys(module).length > 0).join());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });
  expect(stdout.trim()).toBe('undefined true,true,true,true,true');
});

test('its types are whole for a strict project', async () => {
  const source = `
    import { createRecommender, type Recommendation, SidestreamError } from 'sidestream';
    import { sharedRecommender } from 'sidestream/element';
    import 'sidestream/inspector';
    import { connectDataLayer } from 'sidestream/adapters';
    import { createWebEncoder } from 'sidestream/encoders';
    const recommender = await createRecommender({ bundle: '/bundle/', workerUrl: '/sidestream/worker.js' });
    const { items }: { items: Recommendation[] } = await recommender.recommend({ placement: 'similar', itemId: 'a' });
    const title: string = items[0].item.title;
    document.querySelector('sidestream-recs')!.limit = title.length;
    document.querySelector('sidestream-inspector')!.recommender = await sharedRecommender({ bundle: '/bundle/' });
    connectDataLayer(recommender);
    // @ts-expect-error there is no such placement
    document.createElement('sidestream-recs').placement = 'nowhere';
    export { createWebEncoder, SidestreamError };`;
  await writeFile(at('types.ts'), source);
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
  const ran = run(process.execPath, [compiler, ...options, 'types.ts'], { cwd: project });
  expect(await ran.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' });
});

test('one script tag is enough, from another host too', async ({ page }) => {
  const files = await host({ '/': cdn() }, { 'access-control-allow-origin': '*' });
  await mkdir(at('plain'), { recursive: true });
  await writeFile(at('plain', 'index.html'), SHOP(`${files.origin}/sidestream.js`));
  const shop = await host({ '/': at('plain'), '/bundle/': at('public', 'bundle'), '/photos/': at('public', 'photos') });
  const trouble = await openShop(page, `${shop.origin}/`);
  await page.evaluate(async (address) => {
    globalThis.sidestream = await import(address);
  }, `${files.origin}/sidestream.js`);
  expect(await learn(page)).toBe('wasm');
  expect([...files.asked, ...shop.asked].filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(await add(page)).toBeTruthy();
  expect(files.asked).toContain('/ort-wasm-simd-threaded.asyncify.wasm');
  expect(trouble).toEqual([]);
});

test('it works on the shop’s own host under a strict CSP', async ({ page }) => {
  await mkdir(at('strict'), { recursive: true });
  await writeFile(at('strict', 'index.html'), SHOP('/sidestream/sidestream.js', '/shop.js'));
  await writeFile(at('strict', 'shop.js'), "globalThis.sidestream = await import('/sidestream/sidestream.js');");
  const folders = {
    '/': at('strict'),
    '/bundle/': at('public', 'bundle'),
    '/photos/': at('public', 'photos'),
    '/sidestream/': cdn(),
  };
  const shop = await host(folders, { 'content-security-policy': CSP });
  const trouble = await openShop(page, `${shop.origin}/`);
  expect(await learn(page)).toBe('wasm');
  expect(shop.asked.filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(trouble).toEqual([]);
});

test('Vite builds it into an app', async ({ page }) => {
  await writeFile(at('index.html'), SHOP('/main.js'));
  await writeFile(at('main.js'), "import * as sidestream from 'sidestream';\nglobalThis.sidestream = sidestream;\n");
  await build({ root: project, logLevel: 'error', configFile: false });
  const shop = await host({ '/': at('dist') });
  const trouble = await openShop(page, `${shop.origin}/`);
  expect(await learn(page)).toBe('wasm');
  expect(shop.asked.filter((path) => ENCODERS.test(path))).toEqual([]);
  expect(await add(page)).toBeTruthy();
  expect(trouble).toEqual([]);
});
