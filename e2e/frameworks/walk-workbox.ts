import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { serve } from '../support/host';
import { newBundle, shardsOf, upload, walkOffline } from '../support/offline';
import type { InstalledApp } from './installed-app';

/** Builds the service worker of the shop without a network with Workbox and uses the shop. @returns what worked */
export async function walkWorkbox(browser: Browser, installed: InstalledApp): Promise<string> {
  const at = (...names: string[]): string => join(installed.folder, ...names);
  const bundle = at('public', 'bundle');
  await cp(at('node_modules', 'sidestream', 'lib', 'cdn'), at('public', 'sidestream'), { recursive: true });
  const counts: [number, number] = [await newBundle(bundle, 12), await newBundle(at('next'), 14)];
  await installed.build();
  const host = await serve({ '/': at('public') });
  const context = await browser.newContext();
  try {
    const publish = async (missing: boolean): Promise<void> => {
      await upload(at('next'), bundle);
      await installed.build();
      if (missing) for (const name of await shardsOf(at('next'))) await rm(join(bundle, name));
    };
    await walkOffline(context, { host, counts, publish });
    return 'works offline, replaces the bundle as a whole';
  } finally {
    await context.close();
    host.close();
  }
}
