import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';

/** A host that answers only when it is told to, so that a test sees which requests wait for which. */
interface HeldHost {
  /** Names of the files that the page asked for, without their digests, in order. */
  asked: string[];
  /** The same with their digests. */
  requests: string[];
  /** Answers what was asked for so far. */
  answer(): void;
  /** Answers all, from now on. */
  open(): void;
}

/** @param bundle folder @param lang of the page @param card of the page's own */
async function heldHost(context: BrowserContext, bundle: string, lang = 'en', card = ''): Promise<HeldHost> {
  const asked: string[] = [];
  const requests: string[] = [];
  let held: (() => void)[] = [];
  let isOpen = false;
  const answer = (): void => {
    for (const release of held) release();
    held = [];
  };
  await context.route('**/first-list.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="${lang}"><title>A shop</title><link rel="icon" href="data:,">
        <script type="module" src="/sidestream/sidestream.js?v=1"></script>
        <sidestream-recs bundle="/bundle/" limit="4">${card}</sidestream-recs>`,
    }),
  );
  await context.route(/\/(sidestream|bundle|images)\//, async (route) => {
    const [folder, ...name] = new URL(route.request().url()).pathname.slice(1).split('/');
    const file = name.join('/');
    if (folder !== 'images') {
      requests.push(file);
      asked.push(file.replace(/-([0-9a-f]{16}|[\w-]{8})\./, '.'));
      if (!isOpen) await new Promise<void>((release) => held.push(release));
    }
    const folders = { sidestream: CDN_FOLDER, bundle, images: 'dist/images' };
    // A page that is closed takes no answer.
    await route.fulfill({ path: join(folders[folder as keyof typeof folders], file) }).catch(() => undefined);
  });
  const open = (): void => {
    isOpen = true;
    answer();
  };
  return { asked, requests, answer, open };
}

const includes = (host: HeldHost, ...files: string[]): Promise<void> =>
  expect.poll(() => files.filter((file) => !host.asked.includes(file)), { message: 'not asked for yet' }).toEqual([]);

/** All that is loaded after the list, too. */
async function rest(page: Page, host: HeldHost): Promise<void> {
  host.open();
  await includes(host, 'page-watch.js', 'late-parts.js', 'kernel.js');
  await page.waitForLoadState('networkidle');
}

/** A copy of the demo's bundle with offers and rules. */
function changingShop(folder: string): void {
  cpSync('dist/bundle', folder, { recursive: true });
  const place = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(place, 'utf8'));
  writeFileSync(place, JSON.stringify({ ...manifest, offers: ['default'], rules: true }));
  writeFileSync(join(folder, 'offers.json'), '{"schema":1,"offers":[]}');
  writeFileSync(join(folder, 'rules.json'), '{"rules":[]}');
}

test('the first list takes three steps, and no file is requested twice', async ({ page, context }, info) => {
  const bundle = info.outputPath('bundle');
  changingShop(bundle);
  const host = await heldHost(context, bundle);
  await page.goto('/first-list.html', { waitUntil: 'commit' });

  await includes(host, 'sidestream.js');
  host.answer();
  await includes(host, 'worker.js', 'manifest.json');
  host.answer();
  await includes(host, 'head.bin', 'offers.json', 'rules.json', 'mutable-files.js', 'card-extras.js');
  host.answer();
  await expect(page.locator('sidestream-recs[state=filled]')).toBeVisible();

  await rest(page, host);
  expect(host.requests.filter((file, n) => host.requests.indexOf(file) !== n)).toEqual([]);
});

test('the code for template cards and for another language loads in parallel with the list', async ({
  page,
  context,
}) => {
  const host = await heldHost(context, 'dist/bundle', 'de', '<template><b>{title}</b></template>');
  await page.goto('/first-list.html', { waitUntil: 'commit' });
  await includes(host, 'sidestream.js');
  host.answer();
  await includes(host, 'worker.js', 'manifest.json', 'template-card.js', 'card-extras.js');
  await includes(host, 'de.js');
  host.answer();
  await includes(host, 'reasons-de.js');
  // The head of the bundle may be asked for after it.
  host.open();
  await expect(page.locator('sidestream-recs[state=filled] b').first()).toBeVisible();
});
