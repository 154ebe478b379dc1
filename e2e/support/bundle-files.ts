import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';

/** Serves the demo's bundle with the files of a folder instead of its own, such as `UNTRAINED_FOLDER`. */
export async function serveOverBundle(context: BrowserContext, folder: string): Promise<void> {
  const fileOf = ({ pathname }: URL): string => join(folder, pathname.slice('/bundle/'.length));
  await context.route(
    (url) => url.pathname.startsWith('/bundle/') && existsSync(fileOf(url)),
    (route) => route.fulfill({ path: fileOf(new URL(route.request().url())) }),
  );
}
