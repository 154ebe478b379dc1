import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ConsoleMessage, expect, type Page, test } from '@playwright/test';
import { agree, type CountingShop, countingShop, hide } from './support/counting-shop';

const read = (path: string): Promise<string> => readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

let shop: CountingShop;

test.beforeAll(async () => {
  shop = await countingShop();
});
test.beforeEach(() => {
  shop.lines = [];
});
test.afterAll(() => shop.close());

const added = () => shop.added();

/** Opens a page of the example, and waits for its script. */
async function open(page: Page, path = 'pilot.html', origin = shop.origin): Promise<void> {
  await page.goto(`${origin}/${path}`);
  await expect(page.locator('#variant')).not.toHaveText('…');
}

/** Puts all shoppers into one variant. */
const only = (page: Page, variant: 'on' | 'off', name = 'pilot-5'): Promise<void> =>
  weights(page, { name, salt: 'pilot', ...variants(variant === 'on' ? 1 : 0) });

const variants = (on: number) => ({
  variants: [
    { name: 'on', weight: on },
    { name: 'off', weight: 1 - on, learning: false, placements: { 'for-you': 'trending' } },
  ],
});

async function weights(page: Page, experiment: unknown): Promise<void> {
  const body = typeof experiment === 'string' ? experiment : JSON.stringify(experiment);
  await page.unroute('**/pilot.json');
  await page.route('**/pilot.json', (route) => route.fulfill({ body }));
}

/** Products of the list, in order. */
async function listed(page: Page): Promise<(string | null)[]> {
  const cards = page.locator('sidestream-recs [data-id]');
  await expect(cards.first()).toBeVisible();
  return cards.evaluateAll((all) => all.map((card) => card.getAttribute('data-id')));
}

const noteOfOrder = (page: Page): Promise<string | null> =>
  page.evaluate(() => localStorage.getItem('recommendations-order'));

for (const variant of ['on', 'off'] as const) {
  test(`a product viewed ${variant === 'on' ? 'changes' : 'leaves'} the list of ${variant}`, async ({ page }) => {
    await only(page, variant);
    // There the example says what it tracks.
    const visit = (path: string) => open(page, path, shop.origin.replace('127.0.0.1', 'localhost'));
    await visit('pilot.html');
    await agree(page);
    const before = await listed(page);
    const viewed = page.waitForEvent('console', (message) => /tracked.*view|view.*tracked/.test(message.text()));
    await Promise.all([viewed, visit(`pilot-product.html?id=${before.at(-1)}`)]);
    await visit('pilot.html');
    if (variant === 'on') await expect.poll(() => listed(page)).not.toEqual(before);
    else expect(await listed(page)).toEqual(before);
  });
}

test('nothing is sent before a yes, an order counts once, and a no is kept until it is withdrawn', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 500 });
  await open(page);
  // Also where the lists reach far below the screen.
  await expect(page.locator('#remember')).toBeInViewport();
  const [id] = await listed(page);
  const confirmation = `pilot-order.html?id=${id}&number=A-1`;
  await open(page, confirmation);
  await hide(page);
  expect(await noteOfOrder(page)).toBeNull();
  await page.getByRole('button', { name: 'No' }).click();
  await expect(page.locator('#remember')).toBeHidden();
  await open(page, confirmation);
  await expect(page.locator('#remember')).toBeHidden();
  await hide(page);
  expect(shop.lines).toEqual([]);
  await page.getByRole('button', { name: 'Privacy choices' }).click();
  await agree(page);
  await open(page, confirmation);
  await expect.poll(() => noteOfOrder(page)).toBeNull();
  await page.reload();
  await expect.poll(added).toMatchObject([{ visitors: 1, purchases: { visitors: 1, sum: 1 } }]);
});

test('an order counts once even if its page is left before the recommender starts', async ({ page }) => {
  await open(page);
  await agree(page);
  const [id] = await listed(page);
  await page.route('**/pilot.js', () => undefined);
  await page.goto(`${shop.origin}/pilot-order.html?id=${id}&number=A-2`, { waitUntil: 'commit' });
  await expect.poll(() => noteOfOrder(page)).toContain('A-2');
  await page.goto(shop.elsewhere);
  await page.unroute('**/pilot.js');
  const bought = [{ visitors: 1, purchases: { visitors: 1, sum: 1 } }];
  await open(page);
  await expect.poll(added).toMatchObject(bought);
  await expect.poll(() => noteOfOrder(page)).toBeNull();
  await open(page, `pilot-order.html?id=${id}&number=A-2`);
  await expect.poll(() => noteOfOrder(page)).toBeNull();
  await hide(page);
  await page.evaluate(() => document.querySelector('sidestream-recs')?.recommender?.status.settled());
  expect(await added()).toMatchObject(bought);
});

test('a product that the bundle lacks keeps no note of its order', async ({ page }) => {
  await open(page);
  await agree(page);
  await open(page, 'pilot-order.html?id=none&number=A-3');
  await expect.poll(() => noteOfOrder(page)).toBeNull();
});

test('a yes holds until it is withdrawn, even if its page is left before it is carried out', async ({ page }) => {
  await open(page);
  await listed(page);
  await page.evaluate(() => {
    const recommender = document.querySelector('sidestream-recs')?.recommender;
    if (recommender) recommender.profile.consent = () => new Promise(() => undefined);
  });
  await page.getByRole('button', { name: 'Yes' }).click();
  await open(page);
  await expect(page.locator('#remember')).toBeHidden();
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  // As the inspector does, which knows nothing of the shop's note.
  await page.evaluate(() => document.querySelector('sidestream-recs')?.recommender?.profile.forget());
  await expect(page.locator('#remember')).toBeVisible();
  await open(page);
  await expect(page.locator('#remember')).toBeVisible();
});

test('without the bundle, "Privacy choices" and "No" delete the database, what the tab keeps and all notes', async ({
  page,
}) => {
  /** Data kept on the device and in this tab. */
  const kept = () =>
    page.evaluate(async () => [
      (await indexedDB.databases()).map(({ name }) => name),
      Object.keys(sessionStorage),
      { ...localStorage },
    ]);
  const keep = () =>
    page.evaluate(async () => {
      sessionStorage.setItem('sidestream/default http://shop/bundle/', '{}');
      localStorage.setItem('recommendations', 'granted');
      localStorage.setItem('recommendations-order', '{"number":"A-4","lines":[]}');
      await new Promise<void>((resolve) => {
        const request = indexedDB.open('sidestream/default');
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      });
    });
  await open(page);
  await agree(page);
  await expect.poll(async () => (await kept())[0]).toEqual(['sidestream/default']);
  await keep();
  await page.route('**/bundle/**', (route) => route.fulfill({ status: 404 }));
  const failed = page.waitForEvent('pageerror');
  await page.goto(`${shop.origin}/pilot.html`);
  await failed;
  expect(await noteOfOrder(page)).not.toBeNull();
  await page.getByRole('button', { name: 'Privacy choices' }).click();
  await expect(page.locator('#remember')).toBeVisible();
  await expect.poll(kept).toEqual([[], [], {}]);
  await keep();
  await page.getByRole('button', { name: 'No' }).click();
  await expect(page.locator('#remember')).toBeHidden();
  await expect.poll(kept).toEqual([[], [], { recommendations: 'denied' }]);
});

test('values that another script stores under these names break nothing', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    localStorage.setItem('recommendations', '["MH01"]');
    localStorage.setItem('recommendations-order', 'undefined');
  });
  await open(page);
  await listed(page);
  await expect(page.locator('#remember')).toBeVisible();
});

for (const [what, experiment, why] of [
  ['a weight that is a text', { name: 'pilot-5', variants: [{ name: 'on', weight: '50' }] }, 'weight'],
  ['a misspelt name', { name: 'pilot-5', variants: [{ name: 'on', weigth: 5 }] }, 'Did you mean "weight"?'],
  ['no variants', { name: 'pilot-5' }, 'variants'],
  ['no weight above 0', { name: 'pilot-5', variants: [{ name: 'on', weight: 0 }] }, 'a weight above 0'],
  ['a slash in its name', { name: 'pilot/50', ...variants(1) }, 'a name has'],
  ['no JSON', '{ "name": ', 'JSON'],
  ['a page of HTML', '<!doctype html>', 'JSON'],
  ['null', 'null', 'experiment'],
] as const) {
  // By day, one for each check: JSON, the names of the options, the sense of their values.
  const tag = ['no JSON', 'a misspelt name', 'no weight above 0'].includes(what) ? [] : '@nightly';
  test(`pilot.json with ${what}: lists and question appear, and one line says why`, { tag }, async ({ page }) => {
    const said: ConsoleMessage[] = [];
    page.on('console', (message) => message.type() === 'error' && said.push(message));
    page.on('pageerror', (error) => expect(error).toBeNull());
    await weights(page, experiment);
    await open(page);
    await listed(page);
    await expect(page.locator('#remember')).toBeVisible();
    await expect(page.locator('#variant')).toHaveText('in no experiment');
    expect(said.map((message) => message.text())).toEqual([expect.stringContaining('No pilot on this page')]);
    expect(said[0].text()).toContain(why);
  });
}

test('a new name, as in the how-to, leaves the visitors of the previous stage unchanged', async ({ page }) => {
  const guide = await read('docs/how-to/pilot.md');
  const ended = /```json\n(\{\n {2}"name": "pilot-end"[\s\S]*?)```/.exec(guide)?.[1] ?? '';
  await only(page, 'on');
  await open(page);
  await agree(page);
  const first = { variant: 'pilot-5/on', visitors: 1 };
  await expect.poll(added).toMatchObject([first]);
  await weights(page, ended);
  await open(page);
  await expect(page.locator('#variant')).toHaveText('pilot-end/off');
  await expect.poll(added).toMatchObject([first, { variant: 'pilot-end/off', visitors: 1 }]);
  // The reason for a new name: under the same one the visitor counts twice.
  await only(page, 'off');
  await open(page);
  await expect(page.locator('#variant')).toHaveText('pilot-5/off');
  const variantsSeen = async () => (await added()).map(({ variant }) => variant).sort();
  await expect.poll(variantsSeen).toEqual(['pilot-5/off', 'pilot-5/on', 'pilot-end/off']);
});

test('the how-to, the tutorial and the example have the same script', async () => {
  const scriptIn = (text: string): string[] =>
    (/```js\n(import \{[\s\S]*?)```/.exec(text)?.[1] ?? '').split('\n').filter(Boolean);
  const example = (await read('examples/plain/pilot.js')).split('\n');
  const guide = scriptIn(await read('docs/how-to/pilot.md'));
  const tutorial = scriptIn(await read('docs/tutorials/your-shop.md'));
  // The example sends to more places.
  expect(guide.filter((line) => !example.includes(line))).toEqual([
    "import { beaconSink, connectAttributes } from '/sidestream/adapters.js';",
    "const options = { bundle: '/bundle/', consent: notedConsent(), onMetric: beaconSink('/metrics') }; // called with consent only",
  ]);
  // A shop that has followed the tutorial adds the experiment.
  expect(tutorial.filter((line) => !guide.includes(line))).toEqual([
    "import { connectAttributes } from '/sidestream/adapters.js';",
    "const starting = createRecommender({ bundle: '/bundle/', consent: notedConsent() });",
    "askConsent(starting, { question: '#remember', choices: '#choices' });",
  ]);
});
