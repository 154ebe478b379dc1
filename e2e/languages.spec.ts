import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { packagePage, serveHeadless, startHeadless } from './support/headless';
import { buildInLanguages, LANGUAGES, type Language, titleOf, UNSOLD } from './support/language-feeds';

let folder: string;
/** Kinds of the files of texts and offers that pages asked for: the rest of a bundle may come before or after they are read. */
let asked = new Set<string>();

const LISTS = ['for-you', 'trending']
  .map((placement) => `<sidestream-recs bundle="/bundle/" placement="${placement}" limit="6"></sidestream-recs>`)
  .join('');
const STYLE = '<style>:root{color-scheme:light dark} body{margin:1rem;font-family:sans-serif}</style>';

test.beforeAll(({ browserName: _ }, info) => {
  const place = join(info.project.outputDir, `languages-${info.workerIndex}`);
  folder = join(place, 'bundle');
  buildInLanguages(join(place, 'feeds'), folder);
});

/** Serves `/en.html`, `/de-AT.html` and so on: the same two lists, with nothing but the page's language. */
async function serve(context: BrowserContext): Promise<void> {
  asked = new Set();
  await serveHeadless(context);
  await context.route(/\/(en|de|de-AT|ja|ar|fr)\.html$/, (route) => {
    const tag = new URL(route.request().url()).pathname.slice(1, -5);
    const html = packagePage(`<meta name="viewport" content="width=device-width">${STYLE}${LISTS}`);
    const page = html.replace('<html lang="en">', `<html lang="${tag}"${tag === 'ar' ? ' dir="rtl"' : ''}>`);
    return route.fulfill({ body: page, contentType: 'text/html' });
  });
  await context.route('**/bundle/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/bundle/', '');
    if (/^(texts|offers)/.test(name)) asked.add(name.replace(/-[\da-f]{16}/, ''));
    return route.fulfill({ path: join(folder, name) });
  });
}

async function open(page: Page, tag: string): Promise<void> {
  await page.goto(`/${tag}.html`);
  await expect(page.locator('sidestream-recs[state=filled]').first()).toBeVisible();
  // Tests read all of them.
  await expect(page.locator('sidestream-recs[state=loading]')).toHaveCount(0);
}

interface Card {
  id: string;
  title: string;
  price: string;
  reason: string;
}

const cardsOf = (page: Page, placement: string): Promise<Card[]> =>
  page.locator(`sidestream-recs[placement=${placement}] li[data-id]`).evaluateAll((cards) =>
    cards.map((card) => {
      const text = (part: string): string => card.querySelector(`[part~=${part}]`)?.textContent?.trim() ?? '';
      return {
        id: card.getAttribute('data-id') ?? '',
        title: text('link'),
        price: text('price').replace(/\s/g, ' '),
        reason: text('reason'),
      };
    }),
  );

/** The title of a product's id in a language. */
const titleIn = (id: string, language: Language): string => {
  const [noun, color] = id.split('-');
  return titleOf(noun, color, language);
};

const EXPECTED: Record<Language, { price: RegExp; heading: string; asked: string[] }> = {
  en: { price: /^\$\d+\.00$/, heading: 'From our range', asked: [] },
  de: { price: /^\d+,95 €$/, heading: 'Aus unserem Sortiment', asked: ['offers-de.json', 'texts.bin'] },
  ja: { price: /^[¥￥][\d,]+$/, heading: '商品一覧', asked: ['offers-ja.json', 'texts.bin'] },
  ar: { price: /^(?=.*US\$)\D*\d+\.00\D*$/, heading: 'من منتجاتنا', asked: ['texts.bin'] },
};

for (const language of LANGUAGES) {
  test(`one bundle shows its products in ${language}, at the prices of its market`, async ({ page, context }) => {
    await serve(context);
    await open(page, language);
    const cards = [...(await cardsOf(page, 'for-you')), ...(await cardsOf(page, 'trending'))];
    expect(cards).toHaveLength(12);
    for (const { id, title, price, reason } of cards) {
      expect(title).toBe(titleIn(id, language));
      expect(price).toMatch(EXPECTED[language].price);
      // The feeds know no sales.
      expect(reason).toBe('');
    }
    await expect(page.locator('sidestream-recs').first().locator('[part=heading]')).toContainText(
      EXPECTED[language].heading,
    );
    // A page loads the texts of its own language alone, and one in the shop's own language nothing more.
    expect([...asked].sort()).toEqual(EXPECTED[language].asked);
    for (const [name, width, dark] of [
      ['wide', 1280, false],
      ['phone', 375, false],
      ['dark', 1280, true],
    ] as const) {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: test.info().outputPath(`${language}-${name}.png`), fullPage: true });
    }
  });
}

test('a profile learned in one language applies to the others, in all tabs', async ({ page, context }) => {
  await serve(context);
  await open(page, 'de');
  const other = await context.newPage();
  await open(other, 'ja');
  await page.evaluate(async () => {
    const recommender = await window.sidestream.createRecommender({ bundle: '/bundle/' });
    await recommender.profile.consent('granted');
    for (const color of ['red', 'blue', 'green']) await recommender.track('click', `teapot-${color}`);
    await recommender.status.settled();
  });
  const isTeapot = ({ id }: Card): boolean => id.startsWith('teapot-');
  const first = async (of: Page): Promise<boolean> => (await cardsOf(of, 'for-you')).slice(0, 3).every(isTeapot);
  // The list of the other tab, in another language, follows.
  await expect.poll(() => first(page)).toBe(true);
  await expect.poll(() => first(other)).toBe(true);
  const [german] = await cardsOf(page, 'for-you');
  expect(german.title).toContain('Teekanne');
  expect(german.reason).toMatch(/„Teekanne, (rot|blau|grün)“|Teekanne/);
  expect((await cardsOf(other, 'for-you'))[0].title).toContain('ティーポット');

  await open(other, 'ar');
  await expect.poll(() => first(other)).toBe(true);
  const [arabic] = await cardsOf(other, 'for-you');
  expect(arabic.title).toContain('إبريق شاي');
  expect(arabic.reason).toContain('إبريق شاي');
  await other.screenshot({ path: test.info().outputPath('learned-ar.png'), fullPage: true });
});

test('the page picks a suitable language, and finds, explains and names products in it', async ({ page, context }) => {
  await serve(context);
  await open(page, 'de-AT');
  expect((await cardsOf(page, 'trending'))[0].title).toBe(titleIn((await cardsOf(page, 'trending'))[0].id, 'de'));
  const found = await page.evaluate(async () => {
    const recommender = await window.sidestream.createRecommender({ bundle: '/bundle/' });
    const { items } = await recommender.recommend({ limit: 24 });
    const japanese = await recommender.recommend({ limit: 24, lang: 'ja-JP' });
    return {
      ids: items.map(({ item }) => item.id),
      titles: items.map(({ item }) => item.title),
      reason: (await recommender.recommend({ placement: 'similar', itemId: 'teapot-red', limit: 1 })).items[0].reason,
      japanese: japanese.items.map(({ item }) => item.title),
      byCategory: (await recommender.catalog.browse({ category: 'Shop/Teapot' })).items[0].category,
      categories: await recommender.catalog.categories(),
      item: (await recommender.catalog.get('teapot-red'))?.title,
      itemIn: (await recommender.catalog.get('teapot-red', 'ar'))?.title,
      explained: (await recommender.explain('teapot-red')).item.title,
      filtered: (await recommender.recommend({ filter: { category: 'Shop/Teapot' } })).items.length,
    };
  });
  // A product that the German feed lacks is not sold on its market.
  expect(found.ids).toHaveLength(23);
  expect(found.ids).not.toContain(UNSOLD);
  expect(found.titles).toEqual(found.ids.map((id) => titleIn(id, 'de')));
  expect(found.reason).toMatch(/^Ähnlich wie „/);
  expect(found.japanese).toEqual(found.ids.map((id) => titleIn(id, 'ja')));
  expect(found.filtered).toBe(6);
  expect(found.byCategory).toBe('Laden/Teekanne');
  expect(found.categories).toContainEqual({ category: 'Shop/Teapot', label: 'Laden/Teekanne', count: 6 });
  expect(found.item).toBe(titleIn('teapot-red', 'de'));
  expect(found.itemIn).toBe(titleIn('teapot-red', 'ar'));
  expect(found.explained).toBe(titleIn('teapot-red', 'de'));
});

test('if the texts cannot be loaded, items appear untranslated, and an error reports it', async ({ page, context }) => {
  await serve(context);
  await context.route('**/bundle/texts-*', (route) => route.fulfill({ status: 404, body: '' }));
  await open(page, 'de');
  const [card] = await cardsOf(page, 'trending');
  expect(card.title).toBe(titleIn(card.id, 'en'));
  await startHeadless(page);
  const item = await page.evaluate(async () => {
    const { items } = await window.recommender.recommend({ lang: 'ja', limit: 1 });
    return { title: items[0].item.title, id: items[0].item.id, codes: window.codes };
  });
  expect(item).toEqual({ title: titleIn(item.id, 'en'), id: item.id, codes: ['bundle/unreachable'] });
});
