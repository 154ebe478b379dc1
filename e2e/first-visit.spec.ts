import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { serveHeadless } from './support/headless';
import { expect, products, test } from './support/shop';

const EXAMPLE = fileURLToPath(new URL('../examples/plain/', import.meta.url));
const SHOTS = fileURLToPath(new URL('../.cache/screenshots/first-visit/', import.meta.url));
/** A category of the demo, and its share is small enough for a hint to say something. */
const [{ category }] = products().toSorted((a, b) => a.category.localeCompare(b.category));

/** Serves the example's page with another language where one is given. */
async function serve(context: BrowserContext, language = 'en', change = (html: string) => html): Promise<void> {
  await serveHeadless(context);
  await context.route(/\/(first-visit\.js|shop\.css)$/, (route) =>
    route.fulfill({ path: `${EXAMPLE}${new URL(route.request().url()).pathname.slice(1)}` }),
  );
  await context.route(/\/first-visit\.html/, async (route) => {
    const { readFile } = await import('node:fs/promises');
    const html = await readFile(`${EXAMPLE}first-visit.html`, 'utf8');
    const dir = language === 'ar' ? 'rtl' : 'ltr';
    const body = change(html.replace('lang="en"', `lang="${language}" dir="${dir}"`));
    await route.fulfill({ body, contentType: 'text/html' });
  });
}

/** Keeps a screenshot where they are asked for: `SCREENSHOTS=1`. */
async function shot(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: true });
}

const pick = (page: Page) => page.locator('sidestream-pick');
const choices = (page: Page) => pick(page).locator('[data-id]');
const PARTS = { include: ['sidestream-pick', '#segments'], all: true };
/** The reasons that a list gives for its items. */
const reasons = (page: Page) => page.locator('sidestream-recs [part=reason]').allTextContents();

test('a new shopper picks three by keyboard: they are tracked as clicks, and the lists follow', async ({
  page,
  context,
}) => {
  await serve(context);
  await page.goto('/first-visit.html');
  await expect(choices(page)).toHaveCount(9);
  await expect(page.locator('#segments h3')).toHaveCount(3);
  expect(await violations(page, PARTS)).toEqual([]);
  await shot(page, 'wide');
  await page.evaluate(() => {
    document.addEventListener('sidestream-picked', ({ detail }) => Object.assign(window, { picked: detail.ids }));
  });
  const ids = await choices(page).evaluateAll((all) => all.map((one) => one.getAttribute('data-id')));
  expect(new Set(ids).size).toBe(9);
  await choices(page).nth(0).focus();
  await page.keyboard.press('Space');
  await expect(choices(page).nth(0)).toHaveAttribute('aria-pressed', 'true');
  await expect(pick(page).getByRole('status')).toHaveText('1 of 3 picked');
  await page.keyboard.press('Space');
  await expect(pick(page).getByRole('status')).toHaveText('0 of 3 picked');
  for (const n of [0, 4, 8]) {
    if (n === 8) await shot(page, 'wide-two-picked');
    await choices(page).nth(n).focus();
    await page.keyboard.press('Enter');
  }
  await expect(pick(page).getByRole('status')).toBeFocused();
  await expect(pick(page)).toHaveAttribute('state', 'picked');
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'picked'))).toEqual([ids[0], ids[4], ids[8]]);
  await expect
    .poll(async () => (await reasons(page)).some((reason) => reason.startsWith('Because you picked')))
    .toBe(true);
  expect(await violations(page, PARTS)).toEqual([]);
  await shot(page, 'wide-thanks');
  const metrics = await page.evaluate(() =>
    document.querySelector('sidestream-recs')?.activeRecommender?.experiment.metrics(),
  );
  expect(metrics?.rows.find(({ placement }) => placement === 'pick')).toMatchObject({ clicks: 3 });
});

test('its button skips it, and it is hidden for a shopper with a history unless `always` is set', async ({
  page,
  context,
}) => {
  await serve(context);
  await page.goto('/first-visit.html');
  await expect(choices(page)).toHaveCount(9);
  // Other products that are being loaded must not bring it back.
  await page.evaluate(async () => {
    const element = document.querySelector('sidestream-pick');
    if (!element) throw new Error('no question');
    element.count = 12;
    await element.updateComplete;
    element.shadowRoot?.querySelector<HTMLElement>('[part=skip]')?.click();
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    // Answers come in order: the products have been answered before the last of these.
    for (let answered = 0; answered < 4; answered++) await recommender?.status.get();
  });
  await expect(pick(page)).toBeHidden();

  await page.reload();
  await expect(choices(page)).toHaveCount(9);
  const [{ id }] = products();
  await page.evaluate((item) => document.querySelector('sidestream-recs')?.activeRecommender?.track('click', item), id);
  await expect(pick(page)).toBeHidden();
  await page.evaluate(() => {
    const element = document.querySelector('sidestream-pick');
    if (element) element.always = true;
  });
  await expect(choices(page)).toHaveCount(9);
});

test('hints from the address raise fitting items, and end with a denial', async ({ page, context }) => {
  await serve(context);
  await page.goto(`/first-visit.html?q=${encodeURIComponent(category)}`);
  const hint = `Because you are looking for ${category}`;
  await expect.poll(() => reasons(page)).toContain(hint);
  await shot(page, 'wide-hinted');
  await page.evaluate(() => document.querySelector('sidestream-recs')?.activeRecommender?.profile.consent('denied'));
  await expect.poll(() => reasons(page)).not.toContain(hint);
  await expect(pick(page)).toBeHidden();
  // Neither comes back with another answer, nor stays on the device.
  await page.evaluate(() => document.querySelector('sidestream-recs')?.activeRecommender?.profile.consent('pending'));
  await expect(choices(page)).toHaveCount(9);
  expect(await reasons(page)).not.toContain(hint);
  expect(await page.evaluate(async () => [(await indexedDB.databases()).length, sessionStorage.length])).toEqual([
    0, 0,
  ]);
});

test('the plain tag takes hints as an attribute; wrong ones, and a wrong filter, hide its list with one warning', async ({
  page,
  context,
}) => {
  const hints = JSON.stringify({ category }).replaceAll('"', '&quot;');
  const tag =
    (value: string, name = 'hints') =>
    (html: string) =>
      html.replace('bundle="/bundle/"', `bundle="/bundle/" ${name}="${value}"`);
  await serve(context, 'de', tag(hints));
  await page.goto('/first-visit.html');
  await expect.poll(() => reasons(page)).toContain(`Weil Sie ${category.split('/').at(-1)} suchen`);
  for (const [change, message] of [
    [tag('{&quot;colour&quot;:1}'), 'hints.colour: is neither a field'],
    [tag('{&quot;price&quot;:', 'filter'), 'filter: must be a filter'],
  ] as const) {
    const other = await context.newPage();
    await serve(context, 'en', change);
    const warnings: string[] = [];
    other.on('console', (found) => warnings.push(found.text()));
    await other.goto('/first-visit.html');
    await expect(other.locator('sidestream-recs')).toHaveAttribute('state', 'hidden');
    expect(warnings.filter((text) => text.includes(message))).toHaveLength(1);
  }
});

for (const [name, language, width, colorScheme] of [
  ['phone', 'en', 375, 'light'],
  ['dark', 'de', 1280, 'dark'],
  ['rtl', 'ar', 375, 'light'],
  ['ja', 'ja', 820, 'light'],
] as const) {
  test.describe(name, () => {
    test.use({ viewport: { width, height: 900 }, colorScheme });

    const tag = name === 'ja' ? '@nightly' : [];
    test('it fits the page, without accessibility violations', { tag }, async ({ page, context }) => {
      await serve(context, language);
      await page.goto('/first-visit.html');
      await expect(choices(page)).toHaveCount(9);
      await expect(page.locator('#segments h3')).toHaveCount(3);
      await choices(page).nth(1).click();
      expect(await violations(page, PARTS)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await shot(page, name);
    });
  });
}

test('until the texts of the language arrive, nothing is read out in English, and nothing moves when they do', async ({
  page,
  context,
}) => {
  await serve(context, 'de');
  let answer = (): void => undefined;
  const held = new Promise<void>((release) => {
    answer = release;
  });
  await context.route(/\/de-[\w-]+\.js$/, async (route) => {
    await held;
    await route.fallback();
  });
  await page.goto('/first-visit.html');
  await expect(choices(page)).toHaveCount(9);
  const visible = pick(page).getByText(/like|Pick|Skip|picked/);
  expect(await visible.evaluateAll((texts) => texts.map((text) => getComputedStyle(text).visibility))).toEqual(
    Array(4).fill('hidden'),
  );
  const first = await choices(page).first().boundingBox();
  await shot(page, 'texts-held');
  answer();
  await expect(pick(page).getByRole('button', { name: 'Überspringen' })).toBeVisible();
  await expect(pick(page).getByText('Was gefällt Ihnen?')).toBeVisible();
  expect(await choices(page).first().boundingBox()).toEqual(first);
});

test('it reports loading, empty and failed states', async ({ page, context }) => {
  await serve(context);
  await page.goto('/first-visit.html');
  await expect(choices(page)).toHaveCount(9);
  await page.evaluate(async () => {
    const { activeRecommender } = document.querySelector('sidestream-recs') ?? {};
    const old = document.querySelector('sidestream-pick');
    if (!activeRecommender || !old) return;
    let answer: 'wait' | 'fail' | 'empty' = 'wait';
    const fresh = document.createElement('sidestream-pick');
    const recommender = {
      ...activeRecommender,
      recommend: async () => {
        if (answer === 'wait') await new Promise(() => undefined);
        if (answer === 'fail') throw new Error('no list');
        return { id: 'r', placement: 'for-you' as const, items: [] };
      },
    };
    Object.assign(fresh, { recommender });
    Object.assign(window, {
      async answers(next: typeof answer) {
        answer = next;
        fresh.recommender = { ...recommender };
        await fresh.updateComplete;
      },
    });
    old.replaceWith(fresh);
  });
  const answers = (next: string) => page.evaluate((value) => Reflect.get(window, 'answers')(value), next);
  await expect(pick(page)).toHaveAttribute('state', 'loading');
  await shot(page, 'loading');
  await answers('fail');
  await expect(pick(page).getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(await violations(page, PARTS)).toEqual([]);
  await shot(page, 'error');
  await answers('empty');
  await expect(pick(page)).toContainText('There is nothing to pick from yet.');
  await shot(page, 'empty');
});
