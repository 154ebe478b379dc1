import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, isStamped, listFiles, writeStamp } from './stamp';

export const CATALOG = '.cache/demo/catalog.jsonl';
/** Orders that nobody made: they are drawn by rule, see `scripts/demo/orders.ts`. */
const ORDERS = '.cache/demo/orders.csv';
/** Visits of shoppers who do not exist: they are drawn by rule, see `scripts/demo/visits.ts`. */
export const VISITS = '.cache/demo/visits.csv';
export const IMAGES = 'public/images';
const BUNDLE = 'public/bundle';
const CACHE = '.cache/demo/build';
const STAMP = '.cache/demo/bundle.stamp';

/**
 * The inputs of the bundle: sources, encoders, and the packages with pictures and names (by their locked versions). The start weights
 * depend on how devices rank and learn. The side model does not: if only that has changed, its training is not repeated.
 */
const INPUTS = [
  'package-lock.json',
  'models',
  'scripts/demo',
  'scripts/start/demo-training.ts',
  'src/core/catalog',
  'src/core/encoders',
  'src/core/events',
  'src/core/kernel',
  'src/device/learner',
  'src/device/ranking',
  'packages/cli/bundler',
  'packages/encoders',
  'packages/shop/pipeline',
  'packages/shop/training',
];

/**
 * Builds the demo shop's catalogue and bundle, and trains on visits, unless they already exist, with progress bars.
 * @returns a line that describes the result
 */
export async function prepareDemoBundle(): Promise<string> {
  const digest = await digestOf(INPUTS);
  if ((await isStamped(STAMP, digest)) && (await isComplete())) return 'up to date';
  // Loaded only now, because onnxruntime and sharp load slowly, and the second start does not need them.
  const { makeDemoCatalog } = await import('../demo/catalogue');
  const { makeDemoOrders } = await import('../demo/orders');
  const { makeDemoVisits } = await import('../demo/visits');
  const { trainDemo } = await import('./demo-training');
  const { buildBundle } = await import('../../packages/cli/bundler/build-bundle');
  const { createMeter } = await import('../../packages/cli/bundler/meter');

  // An interrupted build must not pass for a finished one.
  await rm(STAMP, { force: true });
  const { items } = await makeDemoCatalog({ catalog: CATALOG, images: IMAGES });
  await makeDemoOrders(ORDERS, items);
  const built = await buildBundle({
    catalog: CATALOG,
    images: IMAGES,
    orders: ORDERS,
    out: BUNDLE,
    imageBase: 'images/',
    text: 'title-description',
    models: 'models',
    encoders: true,
    cache: CACHE,
    // The demo is the same everywhere, whatever bundle an earlier build left in the folder.
    refit: true,
    allowShrink: true,
    meter: createMeter(),
  });
  if (built.refusals.length > 0) throw new Error(`The demo catalogue is faulty: ${built.refusals[0]}`);
  await trainDemo(BUNDLE, await makeDemoVisits(VISITS, items, IMAGES));
  await writeStamp(STAMP, digest);
  return `${built.items} products, ${(built.bytes / 1e6).toFixed(1)} MB`;
}

/** Whether every file in the manifest exists, so that a half-deleted bundle is built again. */
async function isComplete(): Promise<boolean> {
  const [manifestFile] = await listFiles(join(BUNDLE, 'manifest.json'));
  const pictures = (await listFiles(IMAGES)).length;
  if (!manifestFile || pictures === 0) return false;
  const manifest = await readFile(manifestFile, 'utf8');
  const files = [...manifest.matchAll(/"file": "([^"]+)"/g)].map((match) => match[1]);
  const present = new Set(await listFiles(BUNDLE));
  return files.every((file) => present.has(join(BUNDLE, file))) && manifest.includes(`"count": ${pictures},`);
}
