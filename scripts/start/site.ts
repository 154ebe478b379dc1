import { build, preview } from 'vite';
import { writeSample } from './sample';
import { digestOf, isStamped, listFiles, writeStamp } from './stamp';
import { buildStudio } from './studio';
import { writeStudioFiles } from './studio-files';

const STAMP = '.cache/demo/site.stamp';
/** The manifest in `public` names the pictures and shards there, so its digest covers them. */
const INPUTS = [
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  'index.html',
  'studio.html',
  'scripts/start/studio.ts',
  'scripts/start/studio-files.ts',
  'scripts/start/sample.ts',
  'docs/pictures',
  'scripts/package',
  'examples/shopify',
  'src',
  'packages/shop',
  'apps',
  'models',
  'public/bundle/manifest.json',
];

/**
 * Builds the demo page and Studio into `dist` unless nothing changed since the last time.
 * @returns a line that describes the result
 */
export async function prepareSite(): Promise<string> {
  const rest = (await listFiles('public')).filter((file) => !/^public.(bundle|images)/.test(file));
  const digest = await digestOf([...INPUTS, ...rest]);
  if ((await isStamped(STAMP, digest)) && (await listFiles('dist/studio.html')).length > 0) return 'up to date';
  // Remarks about the bundler's speed do not help somebody who starts the shop.
  await build({ logLevel: 'warn', build: { rolldownOptions: { checks: { pluginTimings: false } } } });
  await buildStudio();
  await writeStudioFiles('dist');
  await writeSample('dist/sample');
  await writeStamp(STAMP, digest);
  return 'built';
}

/**
 * Serves `dist`.
 * @param port if it is taken, the next free one is used
 * @returns the address of the page
 */
export async function serveSite(port: number, open: boolean): Promise<string> {
  const server = await preview({
    logLevel: 'warn',
    preview: { port, strictPort: false, open, host: process.env.HOST },
  });
  const address = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  if (!address) throw new Error('The server started without an address. Set PORT to a free port and start again.');
  return address;
}
