import { createHash } from 'node:crypto';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';
import { serve } from './support/host';
import { newBundle, shardsOf, upload, walkOffline } from './support/offline';

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
    // As a host that answers every request with a page does, or a network that asks for a sign-in first.
    if (missing) for (const name of await shardsOf(at('next'))) await writeFile(at('bundle', name), '<!doctype html>');
  };
  await walkOffline(context, { host, counts, publish });
  host.close();
});

test('a page that must not be stored is not kept, and a full disk costs no page', async ({ context, page }) => {
  const at = (...names: string[]): string => test.info().outputPath('shop', ...names);
  await cp(join(root, 'examples/offline'), at(), { recursive: true });
  await newBundle(at('bundle'), 12);
  await writeFile(at('account.html'), '<h1>Your orders</h1>');
  const headersOf = (path: string): Record<string, string> =>
    path === '/account.html' ? { 'cache-control': 'no-store' } : {};
  const host = await serve({ '/': at(), '/sidestream/': join(root, CDN_FOLDER) }, {}, { headersOf });
  await page.goto(`${host.origin}/`);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const kept = (path: string) => page.evaluate(async (url) => !!(await (await caches.open('shop')).match(url)), path);
  await page.goto(`${host.origin}/?seen`);
  await expect.poll(() => kept('/?seen')).toBe(true);
  await page.goto(`${host.origin}/account.html`);
  await page.goto(`${host.origin}/?later`);
  await expect.poll(() => kept('/?later')).toBe(true);
  expect(await kept('/account.html')).toBe(false);

  // Parts of a bundle that its manifest does not name have their digest in their name.
  const digest = createHash('sha256').update('part').digest('hex').slice(0, 16);
  const [right, wrong] = [`/bundle/part-${digest}.bin`, '/bundle/part-0123456789abcdef.bin'];
  // They are stored as gzip; the digest is of their content.
  for (const path of [wrong, right]) await writeFile(at(path), gzipSync('part'));
  await page.evaluate(async (paths) => void (await Promise.all(paths.map((path) => fetch(path)))), [wrong, right]);
  const isKept = (path: string) => page.evaluate(async (url) => !!(await caches.match(url)), path);
  await expect.poll(() => isKept(right)).toBe(true);
  expect(await isKept(wrong)).toBe(false);

  // Of files that no list names, such as the encoders' beside the scripts, the last one is for when there is no network.
  const unlisted = () => page.evaluate(async () => (await fetch('/bundle/unlisted.js')).text());
  for (const text of ['first', 'second']) {
    await writeFile(at('bundle', 'unlisted.js'), text);
    expect(await unlisted()).toBe(text);
    await expect.poll(() => kept('/bundle/unlisted.js')).toBe(true);
  }

  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: host.origin, quotaSize: 1 });
  await page.goto(`${host.origin}/?full`);
  await expect(page.locator('sidestream-recs [data-id]')).toHaveCount(8);
  expect(await kept('/?full')).toBe(false);
  host.close();
});
