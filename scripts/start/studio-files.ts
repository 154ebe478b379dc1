import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { elementFiles, FILES_LIST } from '../../packages/cli/commands/studio';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SERVICE_WORKER = 'studio-service-worker.js';

/** Writes Studio's service worker: one plain script, because not every browser runs modules there, with a fixed name. */
export async function writeServiceWorker(folder: string): Promise<void> {
  const input = join(root, 'apps/studio/serve/service-worker.ts');
  const bundle = await rolldown({ input, platform: 'browser', logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  await put(join(folder, SERVICE_WORKER), output[0].code);
}

/**
 * Puts beside Studio's page what it fetches and no bundler puts there: its service worker, the encoders, and the element's
 * files, which a shop takes away. `sidestream studio` serves the encoders and these files from the package's own folders.
 */
export async function writeStudioFiles(folder: string): Promise<void> {
  await writeServiceWorker(folder);
  for (const name of await readdir(join(root, 'models'))) {
    if (!/\.(onnx|tokenizer\.json)$/.test(name)) continue;
    await put(join(folder, 'encoders', name), await readFile(join(root, 'models', name)));
  }
  await writeElementFiles(join(folder, 'sidestream'));
}

/** Builds the element's files into a folder, with a list of them. */
async function writeElementFiles(folder: string): Promise<void> {
  // Loaded only now: a site that is up to date needs no bundler.
  const { buildCdn } = await import('../package/bundles');
  await mkdir(folder, { recursive: true });
  await buildCdn(folder);
  await put(join(folder, FILES_LIST), JSON.stringify(await elementFiles(folder)));
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
