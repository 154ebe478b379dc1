import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from '@playwright/test';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes a small bundle of products with variants, see `variant-bundle.ts`.
 * @param products default 12, each with six variants
 * @param folder default: a new one
 * @returns the folder
 */
export function smallBundle(products = 12, folder = mkdtempSync(join(tmpdir(), 'sidestream-'))): string {
  const script = ['--import', 'tsx', 'e2e/support/variant-bundle.ts', folder, `${products}`];
  execFileSync(process.execPath, script, { cwd: root, stdio: 'pipe' });
  return folder;
}

/** Serves a context the files of a bundle. @param path of the bundle on the host, such as `/products/` */
export const serveBundle = (context: BrowserContext, path: string, folder: string): Promise<unknown> =>
  context.route(`**${path}*`, (route) =>
    route.fulfill({ path: join(folder, new URL(route.request().url()).pathname.replace(path, '')) }),
  );
