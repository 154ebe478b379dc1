import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { violationsInSchemes } from './support/accessibility';
import { COMMAND, sidestream } from './support/commands';
import { products } from './support/shop';

const BY_HAND = { name: 'By hand', categoryCap: { max: 90, depth: 1 } };

let command: ChildProcess;
let folder: string;
let address: string;

test.beforeEach(async ({ page: _ }, info) => {
  folder = info.outputPath('bundle');
  cpSync('dist/bundle', folder, { recursive: true });
  const file = info.outputPath('rules.json');
  writeFileSync(file, JSON.stringify({ version: 1, rules: [BY_HAND] }));
  sidestream('rules', 'publish', file, '--out', folder);
  command = spawn(process.execPath, [COMMAND, 'rules', 'edit', '--bundle', folder, '--port', '0']);
  let said = '';
  address = await new Promise((resolve) => {
    command.stdout?.on('data', (part) => {
      said += part;
      const [found] = /http:\/\/127\S+(?=\n)/.exec(said) ?? [];
      if (found) resolve(found);
    });
  });
});
test.afterEach(async () => {
  const ended = once(command, 'exit');
  command.kill('SIGINT');
  await ended;
});

const cards = (page: Page) => page.locator('sidestream-recs li[data-id]');
const idsOf = (page: Page) => cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('data-id') ?? ''));
const rule = (page: Page, name: string) => page.locator('.rules > li').filter({ hasText: name });

/** Drags a card to the place of another one. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const boxes = [await cards(page).nth(from).boundingBox(), await cards(page).nth(to).boundingBox()];
  const [start, end] = boxes.map((box) => ({ x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 40 }));
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
}

test('rules are made without JSON: dragged, hidden, dated, previewed, compared and saved', async ({ page }) => {
  const categoryOf = new Map(products().map(({ id, category }) => [id, category]));
  const shelves = async () => new Set((await idsOf(page)).map((id) => categoryOf.get(id)?.split('/')[0]));
  await page.goto(address);
  await expect(cards(page)).toHaveCount(12);
  const before = await idsOf(page);
  // By the headings that shoppers see.
  await expect(page.getByRole('combobox', { name: /^List/ }).locator('option')).toContainText([
    'Recommended for you',
    'Similar products',
  ]);
  await expect(rule(page, 'By hand')).toHaveText(/^\s*By hand\s+Written by hand; kept as it is/);

  await drag(page, 4, 1);
  await expect.poll(async () => (await idsOf(page)).slice(0, 3)).toEqual([before[0], before[4], before[1]]);
  // The same with a keyboard, into the same rule.
  await page.locator('.order > li').nth(5).getByRole('button', { name: 'Pin to the front' }).press('Enter');
  await expect.poll(async () => (await idsOf(page)).slice(0, 2)).toEqual([before[5], before[4]]);

  expect(await shelves()).toContain('Food');
  await page.getByRole('button', { name: 'Hide …' }).click();
  const hide = rule(page, 'Rule 3');
  await hide.getByLabel('Name').fill('No food');
  await rule(page, 'No food').getByLabel('Category', { exact: true }).fill('Fod');
  await expect(rule(page, 'No food').locator('.warning')).toContainText(
    'no item of the bundle is in the category "Fod"',
  );
  await rule(page, 'No food').getByLabel('Category', { exact: true }).fill('Food');
  await expect(rule(page, 'No food').locator('.warning')).toHaveCount(0);
  // Pins stay, whatever is hidden.
  const foods = async () =>
    (await idsOf(page)).filter((id) => categoryOf.get(id)?.startsWith('Food') && !before.slice(4, 6).includes(id));
  await expect.poll(foods).toEqual([]);

  // A rule of next year does nothing yet.
  await rule(page, 'No food').getByLabel('From', { exact: true }).fill('2999-01-01');
  await expect.poll(foods).not.toEqual([]);
  await page.getByLabel('As of').fill('2999-06-01T12:00');
  await expect.poll(foods).toEqual([]);

  await page.getByRole('combobox', { name: /^List/ }).selectOption('for-you');
  await page.getByRole('combobox', { name: /^Shopper/ }).selectOption('Clothing');
  await expect.poll(shelves).toContain('Clothing');

  await page.getByRole('button', { name: 'Raise …' }).click();
  const raise = rule(page, 'Rule 4');
  await raise.getByLabel('Category', { exact: true }).fill('Clothing');
  await raise.getByLabel('Strength').fill('99');
  await expect(raise.locator('.problem')).toContainText('Error. Strength:');
  await raise.getByRole('button', { name: 'Remove the rule' }).click();

  await page.getByRole('button', { name: 'Save 2 changes' }).click();
  await expect(page.locator('.differences li')).toHaveText([
    /^Added Pin “.+” at place 1, “.+” at place 2; in “Popular right now”$/,
    'Added Hide category “Food”; from 2999-01-01',
  ]);
  await page.getByRole('button', { name: 'Write rules.json' }).click();
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Saved.');
  const file = join(folder, 'rules.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    version: 1,
    rules: [
      BY_HAND,
      {
        name: 'Pinned in “Popular right now”',
        placements: ['trending'],
        pin: [
          { itemId: before[5], position: 0 },
          { itemId: before[4], position: 1 },
        ],
      },
      { name: 'No food', from: '2999-01-01', filter: { $not: { category: 'Food' } } },
    ],
  });
  expect(sidestream('rules', 'check', file, '--bundle', folder)).toContain('0 errors, 0 warnings');
});

test('a change can be undone, the focus stays with what was moved, and what somebody else saved is not overwritten', async ({
  page,
}) => {
  await page.goto(address);
  await expect(cards(page)).toHaveCount(12);
  const before = await idsOf(page);
  const order = page.locator('.order > li');
  const later = (n: number) => order.nth(n).getByRole('button', { name: 'Pin one place later' });
  await later(2).focus();
  await page.keyboard.press('Enter');
  await expect(later(3)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(later(4)).toBeFocused();
  await expect.poll(async () => (await idsOf(page))[4]).toBe(before[2]);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await idsOf(page))[3]).toBe(before[2]);

  // Waits for the list of a change: one that arrives later would move the cards below.
  const changing = async (change: () => Promise<void>) => {
    const listed = page
      .locator('.list > sidestream-recs')
      .evaluate(
        (list) => new Promise<void>((resolve) => list.addEventListener('recommend', () => resolve(), { once: true })),
      );
    await change();
    await listed;
  };
  const pin = rule(page, 'Pinned in “Popular right now”');
  await pin.locator('summary').click();
  await pin.getByRole('button', { name: 'Move up' }).focus();
  await changing(() => page.keyboard.press('Enter'));
  await expect(pin.locator('summary')).toBeFocused();
  await rule(page, 'By hand').locator('summary').click();
  await changing(() => rule(page, 'By hand').getByRole('button', { name: 'Remove the rule' }).press('Enter'));
  await expect(pin.locator('summary')).toBeFocused();
  await changing(() => page.getByRole('button', { name: 'Undo' }).click());
  await expect(rule(page, 'By hand')).toBeVisible();

  const file = join(folder, 'rules.json');
  const theirs = { name: 'Theirs', boost: [{ filter: { category: 'Food' } }] };
  writeFileSync(file, JSON.stringify({ version: 1, rules: [BY_HAND, theirs] }));
  const save = async () => {
    await page.getByRole('button', { name: /^Save \d/ }).click();
    await page.getByRole('button', { name: 'Write rules.json' }).click();
  };
  const names = () => JSON.parse(readFileSync(file, 'utf8')).rules.map(({ name }: { name: string }) => name);
  await save();
  await expect(page.getByRole('alert')).toContainText('somebody else has changed rules.json');
  expect(names()).toEqual(['By hand', 'Theirs']);
  page.on('dialog', (dialog) => dialog.accept());
  await page.reload();
  await expect(rule(page, 'Theirs')).toBeVisible();
  await rule(page, 'By hand').locator('summary').click();
  await rule(page, 'By hand').getByRole('button', { name: 'Remove the rule' }).click();
  await save();
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Saved.');
  expect(names()).toEqual(['Theirs']);
});

test('a rule without products is not written, and an example adds a whole one', async ({ page }) => {
  await page.goto(address);
  await expect(cards(page)).toHaveCount(12);
  await page.getByRole('button', { name: 'Raise …' }).click();
  await expect(rule(page, 'Rule 2')).toContainText('Until then the rule is not written');
  await expect(page.getByRole('button', { name: 'Nothing to save' })).toBeDisabled();
  await expect(page.locator('.rules').locator('.problem, .warning')).toHaveCount(0);
  const example = page.getByRole('list', { name: 'Examples' }).getByRole('button', { name: /^Hide category “/ });
  const words = (await example.textContent())?.trim() ?? '';
  await example.click();
  await expect(rule(page, 'Rule 3')).toContainText(words);
  await page.getByRole('button', { name: 'Save 1 change' }).click();
  await expect(page.locator('.differences li')).toHaveText([`Added ${words}`]);
  await page.getByRole('button', { name: 'Write rules.json' }).click();
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Saved.');
  const { rules } = JSON.parse(readFileSync(join(folder, 'rules.json'), 'utf8'));
  expect(rules).toEqual([BY_HAND, { filter: { $not: { category: expect.any(String) } } }]);
});

test('the page is accessible in both colour schemes, and fits a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 720 });
  await page.goto(address);
  await expect(cards(page)).toHaveCount(12);
  await page.getByRole('button', { name: 'Pin to the front' }).nth(3).click();
  await page.getByRole('button', { name: 'Lower …' }).click();
  for (const summary of await page.locator('.rules summary').all())
    if (!(await summary.evaluate((one) => one.closest('details')?.open))) await summary.click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  expect(await violationsInSchemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save 1 change' }).click();
  expect(await violationsInSchemes(page, { include: ['dialog'] })).toEqual([]);
});
