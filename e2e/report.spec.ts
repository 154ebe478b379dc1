import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, type Page, type TestInfo, test } from '@playwright/test';
import { seededRandom } from '../src/core/common/random';
import { drawCrowd } from '../testing/simulated-visitors';
import { violationsInSchemes } from './support/accessibility';
import { sidestream } from './support/commands';

/** The page about an experiment whose variant multiplies the chances of a click and of a purchase. */
async function openReport(page: Page, info: TestInfo, lift: number, visitors = 800): Promise<string> {
  const random = seededRandom(3);
  const lines = Array.from({ length: visitors }, () => drawCrowd(random, { visitors: 1, share: 0.5, lift })).flatMap(
    (days, line) =>
      days.map(({ variants }) => {
        const visitors = [...variants.values()].map((sums) => ({ ...sums, key: `visitor-${line}` }));
        return JSON.stringify({ day: '2026-03-01', counts: [], visitors, operations: [] });
      }),
  );
  const [counts, html] = [info.outputPath('counts.jsonl'), info.outputPath('report.html')];
  writeFileSync(counts, lines.join('\n'));
  sidestream('report', counts, '--html', html);
  await page.goto(pathToFileURL(html).href);
  return readFileSync(html, 'utf8').replace(/<style>.*<\/style>/s, '');
}

/** Options of the command line, which a manager does not use. */
const OPTION = /(?<![\w(-])--\w+(?!\))/;

async function expectReadable(page: Page, text: string): Promise<void> {
  expect(text).not.toMatch(OPTION);
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }
  for (const details of await page.locator('details').all())
    await details.evaluate((one) => one.setAttribute('open', ''));
  expect(await violationsInSchemes(page, { all: true })).toEqual([]);
}

test('the page about an experiment says how many visitors it needs only until it has decided', async ({
  page,
}, info) => {
  await expectReadable(page, await openReport(page, info, 1));
  await expect(page.getByRole('columnheader', { name: 'visitors needed' })).toBeVisible();
  const decided = await openReport(page, info, 8, 3200);
  await expect(page.getByText('“on” is better than “off”')).toBeVisible();
  await expectReadable(page, decided);
  await expect(page.getByText('visitors needed')).toHaveCount(0);
});

test('the page about simulated shoppers is accessible, and fits a narrow screen', async ({ page }, info) => {
  const html = info.outputPath('simulation.html');
  const asked = ['--protocol', 'simulate', '--bundle', 'dist/bundle', '--shoppers', '2', '--report', html];
  sidestream('evaluate', ...asked);
  await page.goto(pathToFileURL(html).href);
  await expectReadable(page, readFileSync(html, 'utf8').replace(/<style>.*<\/style>/s, ''));
});
