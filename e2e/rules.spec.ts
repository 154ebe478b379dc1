import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { openHead, putMutable, writeBundle } from '../src/core/catalog';
import { topicContent } from '../testing/topics';
import { sidestream } from './support/commands';
import { packagePage, serveHeadless } from './support/headless';
import { products } from './support/shop';

let folder: string;
/** Files of rules that the page asked for. */
let asked: string[];
/** Errors and warnings of the page's console. */
let warnings: string[];

const LISTS = ['trending', 'for-you']
  .map((placement) => `<sidestream-recs bundle="/bundle/" placement="${placement}" limit="6"></sidestream-recs>`)
  .join('');
/** Lets a page set the clock of its worker, in milliseconds since the epoch. */
const CLOCK = `{
  let at = Date.now();
  new BroadcastChannel('clock').onmessage = ({ data }) => { at = data; };
  Date.now = () => at;
}`;

/** A page with two lists and no script of its own, beside a copy of the demo's bundle. */
async function servePage(context: BrowserContext, beforeWorker = ''): Promise<void> {
  await serveHeadless(context, { beforeWorker });
  await context.route('**/rules.html', (route) =>
    route.fulfill({ body: packagePage(LISTS), contentType: 'text/html' }),
  );
  await context.route('**/bundle/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/bundle/', '');
    if (name === 'rules.json') asked.push(name);
    return /^(manifest|rules)/.test(name) ? route.fulfill({ path: join(folder, name) }) : route.fallback();
  });
}

const write = (...rules: object[]): string => {
  const file = join(folder, 'rules.json');
  writeFileSync(file, JSON.stringify({ version: 1, rules }));
  return file;
};

/** Runs `sidestream rules publish`. */
function publish(...rules: object[]): void {
  const file = write(...rules);
  sidestream('rules', 'publish', file, '--out', folder);
}

async function open(page: Page): Promise<void> {
  await page.goto('/rules.html');
  await expect(page.locator('sidestream-recs[state=filled]')).toHaveCount(2);
}

const idsOf = (page: Page, placement: string): Promise<string[]> =>
  page
    .locator(`sidestream-recs[placement=${placement}] li[data-id]`)
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id') ?? ''));

test.beforeEach(async ({ page }, info) => {
  folder = info.outputPath('bundle');
  cpSync('dist/bundle', folder, { recursive: true });
  asked = [];
  warnings = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') warnings.push(message.text());
  });
});

test('the plain tag follows the file by placement, and the next page follows an edited file, without a build', async ({
  page,
  context,
}) => {
  await servePage(context);
  await open(page);
  const before = await idsOf(page, 'trending');
  expect(asked).toEqual([]);

  const { id, category } = products().find((product) => !before.includes(product.id)) ?? products()[0];
  publish(
    { name: 'On top', placements: ['trending'], pin: [{ itemId: id, position: 0 }] },
    { name: 'One shelf', placements: ['for-you'], filter: { category } },
  );
  const manifest = readFileSync(join(folder, 'manifest.json'));
  await open(page);
  expect(await idsOf(page, 'trending')).toEqual([id, ...before.slice(0, 5)]);
  const categories = new Map(products().map((product) => [product.id, product.category]));
  const forYou = await idsOf(page, 'for-you');
  expect(new Set(forYou.map((listed) => categories.get(listed)))).toEqual(new Set([category]));
  expect(asked).toEqual(['rules.json']);

  write({ name: 'Second', placements: ['trending'], pin: [{ itemId: id, position: 1 }] });
  expect(readFileSync(join(folder, 'manifest.json'))).toEqual(manifest);
  await open(page);
  expect(await idsOf(page, 'trending')).toEqual([before[0], id, ...before.slice(1, 5)]);
  expect(warnings).toEqual([]);
});

test('with a damaged file, lists still appear, with one warning', async ({ page, context }) => {
  await servePage(context);
  await open(page);
  const before = await idsOf(page, 'trending');
  publish({ pin: [{ itemId: before[5], position: 0 }] });
  const file = join(folder, 'rules.json');
  writeFileSync(file, readFileSync(file).subarray(0, 40));
  await open(page);
  expect(await idsOf(page, 'trending')).toEqual(before);
  expect(warnings).toEqual([expect.stringContaining("The shop's rules file cannot be used")]);

  // Of a file with one wrong rule the others hold.
  warnings.splice(0);
  write({ name: 'Typo', pins: [] }, { pin: [{ itemId: before[5], position: 0 }] });
  await open(page);
  expect((await idsOf(page, 'trending'))[0]).toBe(before[5]);
  expect(warnings).toEqual([expect.stringContaining('"Typo", pins: Unknown option "pins". Did you mean "pin"?')]);
});

test('a rule begins and ends by the shopper’s clock, also in a page that stays open', async ({ page, context }) => {
  await servePage(context, CLOCK);
  await open(page);
  const [first, , , last] = await idsOf(page, 'trending');
  publish({ from: '2031-11-28', until: '2031-11-29', pin: [{ itemId: last, position: 0 }] });
  await open(page);
  const topAt = (day: number, hour: number, minute = 0) =>
    page.evaluate(async (time) => {
      const clock = new BroadcastChannel('clock');
      clock.postMessage(time);
      // The worker hears it before it is asked, or else at the second try.
      window.recommender = await window.sidestream.createRecommender({ bundle: '/bundle/' });
      await window.recommender.recommend({ placement: 'trending' });
      const { items } = await window.recommender.recommend({ placement: 'trending', limit: 1 });
      return items[0].item.id;
    }, new Date(2031, 10, day, hour, minute).getTime());
  await expect.poll(() => topAt(28, 0)).toBe(last);
  await expect.poll(() => topAt(27, 23, 59)).toBe(first);
  await expect.poll(() => topAt(29, 23, 59)).toBe(last);
  await expect.poll(() => topAt(30, 0)).toBe(first);
  expect(asked).toEqual(['rules.json']);
});

test('a large catalogue pins products that are not loaded', async ({ page, context }) => {
  const files = new Map<string, Uint8Array>();
  const sink = async (name: string, bytes: Uint8Array) => void files.set(name, bytes);
  const content = await topicContent({ items: 2000, topics: 40 });
  await putMutable(await writeBundle(content, sink, { whole: false, shardItems: 16 }), { rules: true }, sink);
  const fetchFile = async (name: string) => new Response(new Uint8Array(files.get(name) ?? []));
  const { head: first } = await openHead(fetchFile);
  const head = new Set(first.items.map(({ id }) => id));
  const outside = content.items.find(({ id }) => !head.has(id));
  if (!outside) throw new Error('The head has all items');
  const rules = { version: 1, rules: [{ pin: [{ itemId: outside.id, position: 1 }] }] };
  files.set('rules.json', new TextEncoder().encode(JSON.stringify(rules)));
  await servePage(context);
  await context.route('**/bundle/**', (route) => {
    const body = files.get(new URL(route.request().url()).pathname.replace('/bundle/', ''));
    return route.fulfill(body ? { body: Buffer.from(body) } : { status: 404 });
  });
  await open(page);
  expect((await idsOf(page, 'trending'))[1]).toBe(outside.id);
  expect(warnings).toEqual([]);
});
