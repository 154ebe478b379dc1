import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';
import { serve } from './support/host';
import { newBundle, removeFeatures, upload, walkOffline } from './support/offline';

const root = fileURLToPath(new URL('..', import.meta.url));

test('without a network the shop lists, learns and finds, and a new bundle replaces the old one as a whole', async ({
  context,
}) => {
  const at = (...names: string[]): string => test.info().outputPath('shop', ...names);
  await cp(join(root, 'examples/offline'), at(), { recursive: true });
  const counts: [number, number] = [await newBundle(at('bundle'), 12), await newBundle(at('next'), 14)];
  const host = await serve({ '/': at(), '/sidestream/': join(root, CDN_FOLDER) });
  const publish = async (missing: boolean): Promise<void> => {
    await upload(at('next'), at('bundle'));
    if (missing) await removeFeatures(at('next'), at('bundle'));
  };
  await walkOffline(context, { host, counts, publish });
  host.close();
});
