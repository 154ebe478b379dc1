import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const SERVICE_WORKER = 'studio-service-worker.js';

/** Studio's service worker: one plain script, because not every browser runs modules there, with a fixed name. */
export async function serviceWorkerCode(): Promise<string> {
  const input = join(root, 'src/studio/serve/service-worker.ts');
  const bundle = await rolldown({ input, platform: 'browser', logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}

/**
 * Puts beside Studio's page what it fetches and no bundler puts there: its service worker, the encoders, and the element's
 * files, which a shop takes away. `sidestream studio` serves the encoders and these files from the package's own folders.
 */
export async function writeStudioFiles(folder: string): Promise<void> {
  await put(join(folder, SERVICE_WORKER), await serviceWorkerCode());
  for (const name of await readdir(join(root, 'models'))) {
    if (!/\.(onnx|tokenizer\.json)$/.test(name)) continue;
    await put(join(folder, 'encoders', name), await readFile(join(root, 'models', name)));
  }
  await writeElementFiles(join(folder, 'sidestream'));
}

/** Builds the element's files into a folder, with a list of them. */
export async function writeElementFiles(folder: string): Promise<void> {
  // Loaded only now: a site that is up to date needs no bundler.
  const { buildCdn } = await import('../package/bundles');
  await mkdir(folder, { recursive: true });
  await buildCdn(folder);
  await put(join(folder, 'files.json'), JSON.stringify(await listed(folder)));
}

async function listed(folder: string): Promise<{ file: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => name !== 'files.json').sort();
  return Promise.all(names.map(async (file) => ({ file, bytes: (await stat(join(folder, file))).size })));
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
