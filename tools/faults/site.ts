import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCdn } from '../../scripts/package/bundles';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * Builds what the server shows, into `folder` where it can: another build must not change the code during a
 * run. The package is always built again, because an older one would prove nothing about the sources.
 * @returns which address prefix is which folder or file
 */
export async function prepareSite(folder: string): Promise<Record<string, string>> {
  const bundle = join(repository, 'dist/bundle/');
  if (!existsSync(join(bundle, 'manifest.json'))) {
    execFileSync('npx', ['tsx', 'scripts/start.ts', '--build-only'], { cwd: repository, stdio: 'inherit' });
  }
  await buildCdn(folder);
  return {
    '/faults.html': join(here, 'page.html'),
    '/log.html': join(here, 'log.html'),
    '/page.js': join(here, 'page.js'),
    '/bundle/': bundle,
    // The same under another address, as a second bundle.
    '/other/': bundle,
    '/sidestream/': folder,
  };
}
