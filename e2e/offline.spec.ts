import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';
import { serve } from './support/host';
import { walkOffline } from './support/offline';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** Writes a small bundle. @returns its number of products */
async function bundle(folder: string, products: number): Promise<number> {
  await run(process.execPath, ['--import', 'tsx', 'e2e/support/variant-bundle.ts', folder, `${products}`], {
    cwd: root,
  });
  return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')).count;
}

test('without a network the shop lists, learns and finds, and a new bundle replaces the old one as a whole', async ({
  context,
}) => {
  const at = (...names: string[]): string => test.info().outputPath('shop', ...names);
  await cp(join(root, 'examples/offline'), at(), { recursive: true });
  const counts: [number, number] = [await bundle(at('bundle'), 12), await bundle(at('next'), 14)];
  const host = await serve({ '/': at(), '/sidestream/': join(root, CDN_FOLDER) });
  await walkOffline(context, {
    host,
    counts,
    async publish(missing) {
      await mkdir(at('bundle'), { recursive: true });
      await cp(at('next'), at('bundle'), { recursive: true });
      const features = (await readdir(at('next'))).filter((name) => name.startsWith('features-'));
      if (missing) for (const name of features) await rm(at('bundle', name));
    },
  });
  host.close();
});
