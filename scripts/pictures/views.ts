import type { Locator, Page } from '@playwright/test';
import type { Crowd } from '../../testing/simulated-visitors';
import { rulesEditor } from './editor-view';
import { PACKAGE_VIEWS } from './package-views';
import { shopifyTheme } from './shopify-view';
import { studioCatalog, studioEncode, studioLearn, studioTakeAway, studioTry } from './studio-views';
import { ELEMENT, filesIn, type View } from './view';

const SHOP = ['index.html', 'scripts/demo', 'scripts/start/demo-training.ts', ...filesIn('apps/demo'), ...ELEMENT];
const INSPECTOR = ['src/page/element/inspector', ...SHOP];
const STUDIO = ['studio.html', 'scripts/pictures/studio-views.ts', 'apps/studio', 'apps/demo', ...ELEMENT];
const REPORT = ['packages/lab/verdict', 'packages/lab/evaluate/page'];

const shown = (page: Page, list: string): Promise<void> =>
  page.getByTestId(list).locator('[data-id]').first().waitFor();

async function home(page: Page): Promise<void> {
  await page.goto('/');
  await shown(page, 'for-you');
}

/** The shopper agrees, and the shop learns some choices of products whose category begins so. */
async function choose(page: Page, category: string, count: number): Promise<void> {
  const yes = page.getByTestId('consent-yes');
  if (await yes.isVisible()) await yes.click();
  await page.evaluate(
    async ([prefix, many]) => {
      const { recommender } = document.querySelector('sidestream-recs') ?? {};
      const found = await recommender?.catalog.browse({ category: prefix, limit: many });
      for (const { id } of found?.items ?? []) await recommender?.track('click', id, { placement: 'for-you' });
      await recommender?.status.settled();
    },
    [category, count] as const,
  );
}

/** The home page of somebody who chose toys and food. */
async function known(page: Page): Promise<void> {
  await home(page);
  await choose(page, 'Food', 6);
  await choose(page, 'Toys', 6);
  await page.reload();
  await shown(page, 'for-you');
}

async function playground(page: Page, attributes: Readonly<Record<string, string>> = {}): Promise<Locator> {
  await page.goto('/#/playground');
  const list = page.locator('list-playground sidestream-recs[state=filled]');
  await list.waitFor();
  for (const [name, value] of Object.entries(attributes)) {
    const field = page.locator(`#play-${name}`);
    await openGroups(page);
    if (await field.evaluate((element) => element instanceof HTMLSelectElement)) await field.selectOption(value);
    else await field.fill(value);
    await field.blur();
  }
  await list.waitFor();
  return page.locator('.play-list');
}

async function inspector(page: Page, question?: string): Promise<void> {
  await home(page);
  await choose(page, 'Food', 41);
  await choose(page, 'Tools', 12);
  await page.goto('/#/inspector');
  await page.locator('main sidestream-inspector').getByRole('tablist').waitFor();
  if (question !== undefined) await page.getByRole('tab', { name: question }).click();
}

async function watched(page: Page): Promise<void> {
  // A pair of tastes by its number, which is drawn at random otherwise.
  await page.goto('/#/watch/4');
  await page.locator('[data-testid=watch][data-phase=ready]').waitFor();
  await page.getByTestId('watch-speed').selectOption('fastest');
  await page.getByTestId('watch-play').click();
  await page.locator('[data-testid=watch][data-phase=done]').waitFor({ timeout: 120_000 });
}

/** A report of simulated visitors. */
async function report(page: Page, crowd: Crowd, effect = 0.05): Promise<void> {
  // Only where a picture is taken: a check without changes is over sooner.
  const [{ seededRandom }, { verdictOf }, { verdictPage }, { drawCrowd }] = await Promise.all([
    import('../../src/core/common/random'),
    import('../../packages/lab/verdict/verdict'),
    import('../../packages/lab/verdict/page'),
    import('../../testing/simulated-visitors'),
  ]);
  const days = drawCrowd(seededRandom(3), crowd).map((drawn, day) => ({ day: `2026-03-0${day + 1}`, ...drawn }));
  await page.setContent(verdictPage(verdictOf({ days }, { effect })));
}

/** Opens all groups of settings of the playground. */
async function openGroups(page: Page): Promise<void> {
  const closed = page.locator('.play-group:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}

/** Scrolls so far that a part is below the shop's header. */
async function scrollTo(part: Locator): Promise<void> {
  await part.evaluate((element) => window.scrollBy(0, element.getBoundingClientRect().top - 140));
}

/** The page of a product that others resemble and that others chose along with. */
async function product(page: Page): Promise<void> {
  await page.goto('/#/search/teapot');
  await page.getByTestId('grid').locator('[data-id] a').first().click();
  await shown(page, 'similar');
}

/** All views, in the order of the manual. */
export const VIEWS: readonly View[] = [
  {
    name: 'shop',
    sources: SHOP,
    picture: { file: 'shop.webp', width: 1280, height: 860 },
    open: known,
  },
  { name: 'home-asking', sources: SHOP, open: home },
  {
    name: 'lists',
    sources: SHOP,
    picture: { file: 'pictures/lists.webp', width: 1080, height: 800 },
    async open(page) {
      await product(page);
      await shown(page, 'bundle');
      await page.getByTestId('consent-yes').click();
      // The notice and late pictures move what is below them.
      await page.getByTestId('consent-yes').waitFor({ state: 'hidden' });
      await page.waitForLoadState('networkidle');
      await scrollTo(page.getByTestId('similar'));
      await page.mouse.move(0, 0);
    },
  },
  { name: 'product', sources: SHOP, open: product },
  {
    name: 'cards',
    sources: SHOP,
    picture: { file: 'pictures/cards.webp', width: 760, height: 860, scale: 1.5 },
    async open(page) {
      await known(page);
      return page.getByTestId('for-you');
    },
  },
  ...PACKAGE_VIEWS,
  {
    name: 'cart',
    sources: ['apps/demo/playground', ...SHOP],
    picture: { file: 'pictures/cart.webp', width: 1280, height: 860 },
    async open(page) {
      await playground(page);
      const id = await page.locator('#play-products option').first().getAttribute('value');
      return playground(page, { placement: 'complement', 'item-id': id ?? '', layout: 'bundle', limit: '3' });
    },
  },
  {
    name: 'languages',
    sources: ['apps/demo/playground', ...SHOP],
    picture: { file: 'pictures/languages.webp', width: 1280, height: 860 },
    open: (page) => playground(page, { lang: 'ar' }),
  },
  {
    name: 'rules',
    sources: ['apps/demo/playground', ...SHOP],
    picture: { file: 'pictures/rules.webp', width: 1080, height: 820 },
    async open(page) {
      await playground(page);
      await openGroups(page);
      const rule = page.getByTestId('playground-rule-pin');
      await rule.check();
      await page.locator('list-playground sidestream-recs[state=filled]').waitFor();
      await scrollTo(page.getByTestId('playground-group-order'));
    },
  },
  {
    name: 'rules-editor',
    sources: ['apps/editor', 'apps/demo/base.css', 'scripts/pictures/editor-view.ts', ...ELEMENT],
    picture: { file: 'pictures/rules-editor.webp', width: 1280, height: 820 },
    needsScripts: true,
    open: rulesEditor,
  },
  {
    name: 'shopify',
    sources: ['examples/shopify/sections', 'scripts/pictures/shopify-view.ts', ...ELEMENT],
    picture: { file: 'pictures/shopify.webp', width: 1080, height: 830 },
    needsScripts: true,
    open: shopifyTheme,
  },
  { name: 'playground', sources: ['apps/demo/playground', ...SHOP], open: (page) => playground(page).then(() => {}) },
  {
    name: 'category',
    sources: SHOP,
    async open(page) {
      await known(page);
      await page.goto('/#/category/Toys');
      await shown(page, 'grid');
    },
  },
  {
    name: 'find',
    sources: ['src/page/element/find', ...SHOP],
    picture: { file: 'pictures/find.webp', width: 960, height: 600 },
    async open(page) {
      await home(page);
      await page.getByRole('combobox', { name: 'Search the shop' }).fill('something to drink');
      await page.getByRole('option', { name: 'Fresh Milk' }).waitFor();
    },
  },
  {
    name: 'found',
    sources: SHOP,
    async open(page) {
      await page.goto('/#/search/plush');
      await shown(page, 'grid');
    },
  },
  {
    name: 'found-nothing',
    sources: SHOP,
    async open(page) {
      await page.route(/\/bundle\/text-.*\.onnx/, (route) => route.abort());
      await page.goto('/#/search/xyzzyx');
      await page.getByTestId('nothing-found').waitFor();
    },
  },
  {
    name: 'consent',
    sources: SHOP,
    picture: { file: 'pictures/consent.webp', width: 720, height: 860, scale: 1.5 },
    async open(page) {
      await home(page);
      return page.getByTestId('consent');
    },
  },
  {
    name: 'inspector',
    sources: INSPECTOR,
    picture: { file: 'pictures/inspector.webp', width: 1080, height: 860 },
    open: (page) => inspector(page),
  },
  ...['When?', 'Why this?', 'Does it help?'].map((question) => ({
    name: `inspector-${question.toLowerCase().replace(/\W+/g, '-').replace(/-$/, '')}`,
    sources: INSPECTOR,
    open: (page: Page) => inspector(page, question),
  })),
  {
    name: 'watch',
    sources: ['apps/demo/watch', 'apps/demo/charts', ...SHOP],
    picture: { file: 'pictures/watch.webp', width: 1080, height: 900 },
    open: watched,
  },
  {
    name: 'studio-catalogue',
    sources: STUDIO,
    picture: { file: 'pictures/studio-catalogue.webp', width: 1280, height: 820 },
    open: studioCatalog,
  },
  {
    name: 'studio-encode',
    sources: STUDIO,
    picture: { file: 'pictures/studio-encode.webp', width: 1280, height: 900 },
    open: studioEncode,
  },
  {
    name: 'studio-learn',
    sources: STUDIO,
    picture: { file: 'pictures/studio-learn.webp', width: 1280, height: 860 },
    open: studioLearn,
  },
  { name: 'studio-try', sources: STUDIO, open: studioTry },
  {
    name: 'studio-take-away',
    sources: STUDIO,
    picture: { file: 'pictures/studio-take-away.webp', width: 1280, height: 900 },
    open: studioTakeAway,
  },
  {
    name: 'report',
    sources: REPORT,
    picture: { file: 'pictures/report.webp', width: 1000, height: 720 },
    open: (page) => report(page, { visitors: 30_000, share: 0.5, lift: 1.3, days: 9 }),
  },
  {
    name: 'report-undecided',
    sources: REPORT,
    open: (page) => report(page, { visitors: 6000, share: 0.5, lift: 1.02, days: 9 }),
  },
  {
    name: 'report-wrong-split',
    sources: REPORT,
    open: (page) => report(page, { visitors: 20_000, share: 0.4, lift: 1.5, days: 5 }, 0.2),
  },
];
