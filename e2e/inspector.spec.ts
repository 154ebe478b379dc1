import type { Locator, Page } from '@playwright/test';
import { violationsInSchemes } from './support/accessibility';
import { expect, openShop, products, test } from './support/shop';

const inspector = (page: Page): Locator => page.locator('main sidestream-inspector');
const lead = (page: Page): Locator => inspector(page).locator('[data-lead]');

/** The views; a narrow inspector has a shorter name for each. */
const QUESTIONS = {
  'What did it learn?': 'learned',
  'When?': 'timeline',
  'Why this?': 'why',
  'Your data': 'data',
} as const;
const ALL = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[];

/** Opens a view by its question. */
async function ask(page: Page, question: keyof typeof QUESTIONS): Promise<void> {
  const view = QUESTIONS[question];
  await inspector(page).locator(`[data-tab=${view}]`).click();
  await expect(inspector(page).locator(`[role=tabpanel][data-view=${view}]`)).toBeVisible();
}

/** The shopper chooses products of a top category, each another one, and the shop learns from that. */
async function choose(page: Page, category: string, count: number): Promise<string[]> {
  const titles = products()
    .filter((product) => product.category.startsWith(`${category}/`))
    .slice(0, count);
  expect(titles.length).toBe(count);
  await page.evaluate(
    async (ids) => {
      // The page of the inspector has no list.
      const { recommender } =
        document.querySelector('sidestream-recs') ?? document.querySelector('sidestream-inspector') ?? {};
      if (!recommender) throw new Error('The page has no recommender.');
      for (const id of ids) await recommender.track('click', id, { placement: 'for-you' });
      await recommender.status.settled();
    },
    titles.map(({ id }) => id),
  );
  return titles.map(({ title }) => title);
}

async function openInspector(page: Page): Promise<void> {
  await page.getByTestId('inspect').click();
  await expect(page).toHaveURL(/#\/inspector$/);
  await expect(inspector(page).getByRole('tablist')).toBeVisible();
}

/** The number that a text begins with. */
const numberIn = (text: string): number => Number(text.replace('−', '-').match(/[-+]?[\d.]+/)?.[0]);

test('shows what it learned, when and why, and what changed, and undoes it', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Food', 41);
  // The shop saves a moment after the last choice: a window ended with the 40th.
  await choose(page, 'Tools', 12);
  await openInspector(page);

  // The profile as a whole.
  await expect(lead(page)).toHaveText(
    /^This browser has learned your taste from 53 choices.* Lately, in your last 8 choices, you chose mostly .*\(\d+%\)/,
  );
  await expect(inspector(page).locator('[data-product] img').first()).toBeVisible();
  const generalist = inspector(page).locator('[data-expert][data-state=generalist]');
  await expect(generalist).toContainText('53 choices');
  await expect(generalist.locator('.pictures li').first()).toBeVisible();
  await expect(generalist.locator('.name')).toHaveText('Everything you chose, lately Tools');
  // Every name is there once.
  const names = await inspector(page).locator('[data-expert] .name').allTextContents();
  expect(new Set(names).size).toBe(names.length);

  // When? By keyboard.
  await page.getByRole('tab', { name: 'What did it learn?' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'When?' })).toBeFocused();
  const kept = inspector(page).locator('[data-snapshot]').first();
  await expect(kept).toContainText(/The state was kept\s*after choice 4\d, /);

  // Why this? The parts add up to the score.
  await ask(page, 'Why this?');
  await inspector(page).locator('[data-pick]').nth(1).click();
  await expect(inspector(page).locator('[data-why-words]')).toHaveText(/ is 2nd of .* What counts most: /);
  const brings = (await inspector(page).locator('[part=score] .value').allTextContents()).map(numberIn);
  const score = brings.pop() ?? Number.NaN;
  expect(Math.abs(brings.reduce((sum, part) => sum + part, 0) - score)).toBeLessThan(0.01 * brings.length);
  await expect(inspector(page).locator('[data-behind]').first()).toContainText(/\d(st|nd|rd|th)/);

  // Your data.
  await ask(page, 'Your data');
  await expect(inspector(page).locator('[data-fact=events]')).toHaveText('53');

  // The effect of the last change.
  await ask(page, 'When?');
  await kept.getByRole('button').press('Enter');
  await expect(inspector(page).locator('[data-change-words]')).toHaveText(/\d+ would leave, \d+ would come in/);

  // Undo it.
  await page.getByTestId('rollback').click();
  await expect(page.getByTestId('said')).toHaveText(/^Done\. The shop knows what it knew after choice 4\d\./);
  await ask(page, 'Your data');
  await expect(inspector(page).locator('[data-fact=events]')).toHaveText(/^4\d$/);
});

test('goes back to an earlier state, and says what that would lose', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Food', 12);
  await openInspector(page);
  await ask(page, 'When?');
  const kept = inspector(page).locator('[data-snapshot]');
  await expect(kept).toHaveCount(0);
  await expect(inspector(page)).toContainText('The first state is kept after 40 choices');
  await choose(page, 'Food', 31);
  await choose(page, 'Tools', 8);
  await expect(kept).toHaveCount(1);
  const after = Number((await kept.textContent())?.match(/after choice (\d+),/)?.[1]);
  await kept.getByRole('button').click();
  await expect(inspector(page).locator('[data-change]')).toContainText(
    `would lose the ${51 - after} choices since then`,
  );
  await page.getByTestId('rollback').click();
  await expect(page.getByTestId('said')).toHaveText(`Done. The shop knows what it knew after choice ${after}.`);
  await ask(page, 'What did it learn?');
  await expect(lead(page)).toContainText(`from ${after} choices`);
});

test('is in the language of the page, also when that changes', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Food', 9);
  await openInspector(page);
  await expect(lead(page)).toHaveText(/^This browser has learned/);
  const speak = (language: string): Promise<void> =>
    page.evaluate((lang) => {
      document.documentElement.lang = lang;
    }, language);
  await speak('de');
  await expect(lead(page)).toHaveText(/^Dieser Browser hat aus 9 gewählten Produkten Ihren Geschmack gelernt\./);
  await ask(page, 'Why this?');
  await expect(inspector(page).locator('[data-why-words]')).toHaveText(
    / steht auf Platz 1 von \d+ Produkten\. Am meisten zählt: /,
  );
  await expect(inspector(page).locator('[part=score] .name').last()).toHaveText('Die Bewertung');
  await speak('ja');
  await expect(inspector(page).locator('[data-why-words]')).toHaveText(/点中1位です。最も影響しているのは「/);
  // A language without texts of its own.
  await speak('it');
  await expect(inspector(page).locator('[data-why-words]')).toHaveText(/ is 1st of /);
});

test('has its four views in one row where it is narrow', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Food', 3);
  await openInspector(page);
  const tabs = inspector(page).getByRole('tab');
  await expect(tabs).toHaveText([/Learned/, /When/, /Why/, /Data/]);
  const boxes = await tabs.evaluateAll((all) => all.map((tab) => tab.getBoundingClientRect().toJSON()));
  expect(new Set(boxes.map(({ top, height }) => `${top} ${height}`)).size).toBe(1);
  const panel = await page.getByTestId('inspector').boundingBox();
  for (const { left, right } of boxes) {
    expect(left).toBeGreaterThanOrEqual(panel?.x ?? 0);
    expect(right).toBeLessThanOrEqual((panel?.x ?? 0) + (panel?.width ?? 0));
  }
});

test('after a denial nothing claims to learn', async ({ page }) => {
  await openShop(page);
  await choose(page, 'Music', 6);
  await page.getByTestId('consent-no').click();
  await choose(page, 'Music', 6);
  await openInspector(page);
  for (const question of ALL) {
    await ask(page, question);
    await expect(lead(page)).toHaveText(/^You said no\. Nothing is learned/);
    await expect(inspector(page)).not.toContainText(/from \d+ choice|has learned|Learned from|Learning on/);
  }
  await expect(inspector(page).locator('[data-fact=learning]')).toHaveText('off');
  await expect(page.getByTestId('export')).toBeDisabled();
});

test('exports, forgets after asking, and imports', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Music', 6);
  await openInspector(page);
  await ask(page, 'Your data');
  await page.getByTestId('passphrase').fill('a secret');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const file = await (await downloading).path();

  await page.getByTestId('reset').click();
  await expect(page.getByTestId('no')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('reset')).toBeFocused();
  await expect(inspector(page).locator('[data-fact=events]')).toHaveText('6');
  await page.getByTestId('reset').click();
  await page.getByTestId('yes').click();
  await expect(page.getByTestId('said')).toHaveText('The profile is forgotten.');
  await ask(page, 'What did it learn?');
  await expect(lead(page)).toHaveText(/^Nothing yet/);

  await ask(page, 'Your data');
  await page.getByTestId('import').setInputFiles(file);
  await page.getByTestId('yes').click();
  await expect(page.getByTestId('said')).toHaveText('The file is in use.');
  await ask(page, 'What did it learn?');
  await expect(lead(page)).toHaveText(/from 6 choices/);
});

test('merges a file of another device, and reports a file without new events', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Music', 6);
  await openInspector(page);
  await ask(page, 'Your data');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('export').click();
  const file = await (await downloading).path();
  await page.getByTestId('reset').click();
  await page.getByTestId('yes').click();
  await expect(page.getByTestId('said')).toHaveText('The profile is forgotten.');
  await openShop(page);
  await choose(page, 'Food', 3);
  await openInspector(page);
  await ask(page, 'Your data');
  await page.getByTestId('import').setInputFiles(file);
  await expect(page.getByTestId('question')).toContainText('merged');
  await page.getByTestId('question').scrollIntoViewIfNeeded();
  await page.screenshot({ path: 'test-results/inspector-merge.png' });
  await page.getByTestId('merge').click();
  await expect(page.getByTestId('said')).toHaveText(/^The file is merged: everything was learned again/);
  await expect(inspector(page).locator('[data-fact=events]')).toHaveText('9');
  await page.getByTestId('import').setInputFiles(file);
  await page.getByTestId('merge').click();
  await expect(page.getByTestId('said')).toHaveText('The file holds nothing that this device does not know.');
});

test('no view has a serious violation in light or dark, or is wider than a small screen in either direction', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await choose(page, 'Food', 42);
  await choose(page, 'Music', 6);
  await page.setViewportSize({ width: 375, height: 800 });
  await openInspector(page);
  for (const question of ALL) {
    await ask(page, question);
    if (question === 'When?') await inspector(page).locator('[data-snapshot] button').first().click();
    // The rest of the page is the same in every view.
    const include = question === 'What did it learn?' ? [] : ['main'];
    expect(await violationsInSchemes(page, { include })).toEqual([]);
    for (const dir of ['rtl', 'ltr']) {
      await page.evaluate((value) => {
        document.documentElement.dir = value;
      }, dir);
      const room = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(room, `${question} ${dir}`).toBeLessThanOrEqual(0);
    }
  }
});
