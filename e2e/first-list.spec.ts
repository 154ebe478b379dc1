import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { folderFetch } from '../packages/cli/bundler/folder-bundle';
import { type Manifest, openHead, writeBundle } from '../src/core/catalog';
import type { Recommendation, Recommender } from '../src/device/protocol';
import { IN_PARTS } from '../testing/parts';
import { sideModel } from '../testing/side-models';
import { topicContent } from '../testing/topics';
import { CDN_FOLDER } from './support/global-setup';

declare global {
  interface Window {
    /** Ids of the lists that the page has shown, one after the other. */
    shownLists: string[][];
  }
}

/** A host that answers only when it is told to, so that a test sees which requests wait for which. */
interface HeldHost {
  /** Names of the files that the page asked for, without their digests, in order. */
  asked: string[];
  /** The same with their digests. */
  requests: string[];
  /** Answers what was asked for so far. */
  answer(): void;
  /** Answers all, from now on. @param held but the files whose names begin with this */
  open(held?: string): void;
  /** Answers nothing from now on, and forgets what was asked for so far. */
  hold(): void;
}

/** @param bundle folder @param lang of the page @param card of the page's own */
async function heldHost(context: BrowserContext, bundle: string, lang = 'en', card = ''): Promise<HeldHost> {
  const asked: string[] = [];
  const requests: string[] = [];
  let waiting: { file: string; release: () => void }[] = [];
  let held: string | undefined = '';
  const isHeld = (file: string): boolean => held !== undefined && file.startsWith(held);
  const answer = (): void => {
    for (const { release } of waiting) release();
    waiting = [];
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
      if (isHeld(file)) await new Promise<void>((release) => waiting.push({ file, release }));
    }
    const folders = { sidestream: CDN_FOLDER, bundle, images: 'dist/images' };
    // A page that is closed takes no answer.
    await route.fulfill({ path: join(folders[folder as keyof typeof folders], file) }).catch(() => undefined);
  });
  return {
    asked,
    requests,
    answer,
    open(except) {
      held = except;
      const [kept, released] = [
        waiting.filter(({ file }) => isHeld(file)),
        waiting.filter(({ file }) => !isHeld(file)),
      ];
      waiting = released;
      answer();
      waiting = kept;
    },
    hold() {
      held = '';
      asked.length = 0;
      requests.length = 0;
    },
  };
}

const includes = (host: HeldHost, ...files: string[]): Promise<void> =>
  expect.poll(() => files.filter((file) => !host.asked.includes(file)), { message: 'not asked for yet' }).toEqual([]);

/** All that is loaded after the list, too. */
async function rest(page: Page, host: HeldHost): Promise<void> {
  host.open();
  await includes(host, 'page-watch.js', 'shown-list.js', 'kernel.js');
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

/**
 * A shop with a side model, of whose products pages load a part.
 * @returns its manifest, and the id of a product that the head does not have
 */
async function trainedShop(folder: string): Promise<{ manifest: Manifest; outside: string }> {
  mkdirSync(folder, { recursive: true });
  const content = await topicContent({ items: 1200, topics: 40 });
  const learned = { side: { model: sideModel(content.items.length) } };
  const sink = async (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
  const manifest = await writeBundle(content, sink, { learned, ...IN_PARTS });
  const { head } = await openHead(folderFetch(folder));
  const outside = content.items.find(({ id }) => !head.items.some((item) => item.id === id));
  return { manifest, outside: outside?.id ?? '' };
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
  await includes(host, 'head.bin', 'offers.json', 'rules.json', 'offers-and-rules.js', 'card-extras.js');
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

test("a returning shopper's first list waits for the shards that it needs, and does not change", async ({
  page,
  context,
}, info) => {
  const bundle = info.outputPath('bundle');
  const { manifest, outside } = await trainedShop(bundle);
  const { head, directory, ids, files } = manifest.shards;
  const host = await heldHost(context, bundle);
  await page.addInitScript(() => {
    window.shownLists = [];
    addEventListener('recommend', (event) => {
      if (event instanceof CustomEvent)
        window.shownLists.push(event.detail.items.map(({ item }: Recommendation) => item.id));
    });
  });
  const shards = (): number => host.asked.filter((file) => file === 'shard.bin').length;

  host.open('shard-');
  await page.goto('/first-list.html');
  await expect(page.locator('sidestream-recs[state=filled]')).toBeVisible();
  await page.evaluate(async (id) => {
    const path = '/sidestream/sidestream.js?v=1';
    const { createRecommender } = await import(path);
    const recommender: Recommender = await createRecommender({ bundle: '/bundle/' });
    await recommender.profile.consent('granted');
    await recommender.track('click', id);
  }, outside);
  // The page is left before it can learn the choice.
  await includes(host, 'shard.bin');

  host.hold();
  await page.goto('/first-list.html', { waitUntil: 'commit' });
  await includes(host, 'sidestream.js');
  host.answer();
  await includes(host, 'worker.js', 'manifest.json');
  host.answer();
  const early = [head, directory, ids, files[0]].map(({ file }) => file);
  await expect.poll(() => early.filter((file) => !host.requests.includes(file))).toEqual([]);
  host.open('shard-');
  await expect.poll(shards).toBe(1);
  host.answer();
  await expect.poll(shards).toBeGreaterThan(1);
  host.open();
  await expect(page.locator('sidestream-recs[state=filled]')).toBeVisible();
  const { lists, later, status, reasons } = await page.evaluate(async () => {
    const path = '/sidestream/sidestream.js?v=1';
    const { createRecommender } = await import(path);
    const recommender: Recommender = await createRecommender({ bundle: '/bundle/' });
    await recommender.status.settled();
    const { items } = await recommender.recommend({ limit: 4 });
    return {
      lists: window.shownLists,
      later: items.map(({ item }) => item.id),
      status: await recommender.status.get(),
      reasons: (await recommender.explain(items[0].item.id)).contributions,
    };
  });
  expect(lists).toEqual([later]);
  // The choice was learned with the side model.
  expect(status.events).toBe(1);
  expect(reasons.sideModel).toBeGreaterThan(0);
});
