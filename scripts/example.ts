import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServer, preview } from 'vite';
import { publishRules } from '../packages/cli/bundler';
import { installVendure, preparePictures, serveVendure, testVendure } from './example/vendure';
import { layPackage } from './package/lay';
import { prepareDemoBundle } from './start/demo-bundle';
import { digestOf, isStamped, listFiles, writeStamp } from './start/stamp';

/**
 * `npm run example -- <name>`: packs the package, puts it into the example's `node_modules` and serves the example with the
 * demo's catalogue. `static-shop` accepts your own catalogue: a folder with `catalog.jsonl`, `images/`, and `links.jsonl` if
 * there is one. `vendure` has its own catalogue and packages, which it installs; `vendure --test` tests it in a browser.
 * PORT is honoured.
 */
const NAMES = ['static-shop', 'react', 'vue', 'plain', 'vendure'];
/** The files from which the package is built. */
const INPUTS = [
  'package.json',
  'package-lock.json',
  'README.md',
  'models',
  'src',
  'packages',
  'apps/studio',
  'scripts/package',
  'scripts/package.ts',
];
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

const test = process.argv.includes('--test');
const [name, folder] = process.argv.slice(2).filter((argument) => argument !== '--test');
if (!NAMES.includes(name) || (test && name !== 'vendure')) {
  console.error(`Which example? npm run example -- ${NAMES.join(' | ')} | vendure --test`);
  process.exit(2);
}
const example = join(root, 'examples', name);
/** Folder in which pages without a bundler are assembled. */
const site = join(root, '.cache', 'examples', name);
const port = Number(process.env.PORT || 5173);

if (name === 'vendure') await installVendure(example);
console.log('Packing …');
await layFresh();
if (name === 'vendure') {
  await preparePictures();
  if (test) process.exitCode = await testVendure(root);
  else console.log(`Example vendure: ${await serveVendure(example, root, port)}`);
} else {
  if (!folder) console.log(`Demo catalogue: ${await prepareDemoBundle()}`);
  const { resolvedUrls } = await serve();
  console.log(`Example ${name}: ${resolvedUrls?.local[0]}`);
}

/** Packs and installs only if something changed. */
async function layFresh(): Promise<void> {
  const digest = await digestOf(INPUTS);
  const packed = join('.cache', 'examples', 'packed.stamp');
  if (!(await isStamped(packed, digest)) || (await listFiles('.cache/package')).length === 0) {
    const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    await run(process.execPath, [tsx, 'scripts/package.ts'], { cwd: root, maxBuffer: 1e8 });
    await writeStamp(packed, digest);
  }
  const laid = join(example, 'node_modules', 'laid.stamp');
  if (await isStamped(laid, digest)) return;
  // Otherwise a development server would keep serving its bundle of the earlier package.
  if (name !== 'vendure') await rm(join(example, 'node_modules'), { recursive: true, force: true });
  await layPackage(example);
  await writeStamp(laid, digest);
}

async function serve() {
  if (name === 'react' || name === 'vue') {
    const server = await createServer({ root: example, publicDir: join(root, 'public'), server: { port } });
    return server.listen();
  }
  await rm(site, { recursive: true, force: true });
  await mkdir(site, { recursive: true });
  await (name === 'plain' ? layPlain() : buildShop(folder));
  return preview({ root: example, appType: 'mpa', build: { outDir: site }, preview: { port } });
}

async function layPlain(): Promise<void> {
  const files = (await readdir(example)).filter((file) => /\.(html|css|js|json)$/.test(file));
  for (const file of files) await cp(join(example, file), join(site, file));
  for (const part of ['bundle', 'images']) await cp(join(root, 'public', part), join(site, part), { recursive: true });
  await publishRules(await readFile(join(example, 'rules.json')), join(site, 'bundle'));
  await cp(join(example, 'node_modules/sidestream/lib/cdn'), join(site, 'sidestream'), { recursive: true });
}

/** Builds as the example's README says, with the files of `given` or of the demo. */
async function buildShop(given?: string): Promise<void> {
  const catalog = given ? join(given, 'catalog.jsonl') : join(root, '.cache/demo/catalog.jsonl');
  const images = given ? join(given, 'images') : join(root, 'public/images');
  const links =
    given && (await readFile(join(given, 'links.jsonl')).catch(() => null)) ? join(given, 'links.jsonl') : null;
  const command = join(example, 'node_modules/sidestream/lib/cli/main.js');
  // The demo's products are already encoded.
  const cache = given ? join(root, '.cache/examples/encoded') : join(root, '.cache/demo/build');
  const out = ['--out', join(site, 'bundle'), '--cache', cache];
  const pictures = ['--images', images, '--image-base', '/photos/', '--no-encoders'];
  const args = [command, 'build', catalog, ...pictures, ...(links ? ['--links', links] : []), ...out];
  console.log((await run(process.execPath, args, { cwd: root })).stdout.trim());
  const pages = [join(example, 'shop.mjs'), '--catalog', catalog, '--images', images, '--out', site];
  console.log((await run(process.execPath, pages, { cwd: root })).stdout.trim());
}
