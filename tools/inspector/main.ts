/**
 * `npm run inspector [-- --events 10000] [--out <folder>] [--state <name> …]` opens the demo's inspector with many events and prints
 * how long it takes until each view is there, and with `--out` makes pictures of every view in every state, wide, at 375 px, dark, from
 * right to left and in forced colours. It needs the built demo: run `npm start -- --build-only` before.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import { Command } from 'commander';
import { preview } from 'vite';

const { events, out, state } = new Command('inspector')
  .description('Measures the inspector, and makes pictures of it.')
  .option('--events <n>', 'events of the largest state', Number, 10_000)
  .option('--out <folder>', 'where the pictures go; none without')
  .option('--state <names...>', 'these states only')
  .parse()
  .opts<{ events: number; out?: string; state?: string[] }>();

const root = fileURLToPath(new URL('../..', import.meta.url));
const VIEWS = ['learned', 'timeline', 'why', 'helps'] as const;
/** Tracks that are under way at once. */
const AT_ONCE = 250;
/** Time for one step, ms. */
const PATIENCE = 300_000;
/** Times that the inspector is opened. */
const OPENINGS = 5;

interface State {
  /** Choices, as the names of top categories with the number of choices in each. */
  choices: readonly [category: string, count: number][];
  /** What is done in the end. */
  end?: 'deny' | 'go back';
}

const changing = (count: number): [string, number][] =>
  Array.from({ length: Math.ceil(count / 100) }, (_, n) => [['Music', 'Food', 'Tools', 'Toys'][n % 4] ?? '', 100]);
const STATES: Record<string, State> = {
  '0': { choices: [] },
  '5': { choices: [['Music', 5]] },
  '60': {
    choices: [
      ['Music', 30],
      ['Food', 30],
    ],
  },
  drift: {
    choices: [
      ['Music', 45],
      ['Tools', 25],
      ['Music', 12],
    ],
  },
  denied: { choices: [['Music', 8]], end: 'deny' },
  restored: {
    choices: [
      ['Music', 45],
      ['Tools', 20],
    ],
    end: 'go back',
  },
  many: { choices: changing(events) },
};

if (!existsSync(join(root, 'dist', 'index.html'))) {
  throw new Error('There is no built demo. Run "npm start -- --build-only" once, then again.');
}
const executableFile = join(root, '.cache', 'browser');
const executablePath = (existsSync(executableFile) && readFileSync(executableFile, 'utf8').trim()) || undefined;
const server = await preview({ root, logLevel: 'warn', preview: { port: 0, strictPort: false } });
const address = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  if (out) mkdirSync(out, { recursive: true });
  for (const [name, one] of Object.entries(STATES)) {
    if (state ? state.includes(name) : out || name === 'many') await visit(browser, name, one);
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(`load of the machine over the last minute: ${loadavg()[0]?.toFixed(1)}`);

async function visit(within: Browser, name: string, { choices, end }: State): Promise<void> {
  const context = await within.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  await page.goto(address);
  await page.getByTestId('consent-yes').click();
  await choose(page, choices);
  if (end === 'deny') {
    await page.getByTestId('privacy').click();
    await page.getByTestId('consent-no').click();
  }
  if (end === 'go back') {
    await page.goto(`${address}#/inspector`);
    await page.getByRole('tab', { name: 'When?' }).click();
    await page.locator('[data-open]').last().click();
    await page.getByTestId('rollback').click();
    await page.getByTestId('said').filter({ hasText: 'Done' }).waitFor();
    if (out) await page.screenshot({ path: join(out, `${name}-said.png`), fullPage: true });
  }
  const times: Record<string, number[]> = {};
  for (let n = 0; n < (name === 'many' ? OPENINGS : 1); n++) {
    // A page that is opened again asks again.
    if (end !== 'deny') await page.goto(`${address}?again=${n}`);
    await page.getByTestId('inspect').and(page.locator(':enabled')).waitFor();
    await page.waitForFunction(settled);
    for (const view of VIEWS) {
      const time = await page.evaluate(open, view);
      times[view] = [...(times[view] ?? []), time];
    }
  }
  const text = Object.entries(times).map(([view, all]) => `${view} ${median(all).toFixed(0)} ms`);
  console.log(`${name}: ${choices.reduce((sum, [, count]) => sum + count, 0)} choices; ${text.join(', ')}`);
  if (out) await pictures(page, name, out);
  await context.close();
}

async function choose(page: Page, choices: State['choices']): Promise<void> {
  for (const [category, count] of choices) {
    await page.evaluate(
      async ({ category, count, most }) => {
        const { recommender } = document.querySelector('sidestream-recs') ?? {};
        if (!recommender) throw new Error('The shop is not open.');
        const { items } = await recommender.browse({ category, limit: 1000 });
        if (items.length === 0) throw new Error(`The shop has no category ${category}.`);
        for (let n = 0; n < count; n += most) {
          const ids = Array.from(
            { length: Math.min(most, count - n) },
            () => items[Math.floor(Math.random() * items.length)]?.id ?? '',
          );
          await Promise.all(ids.map((id) => recommender.track('click', id, { placement: 'for-you' })));
        }
        await recommender.settled();
      },
      { category, count, most: AT_ONCE },
    );
  }
}

/** To be run in the page: resolves when the recommender has learned what is in the log. */
async function settled(): Promise<boolean> {
  const { recommender } = document.querySelector('sidestream-recs') ?? {};
  await recommender?.settled();
  return recommender !== undefined;
}

/** To be run in the page: opens a view, and resolves when it shows what it has. @returns milliseconds */
async function open(view: string): Promise<number> {
  const start = performance.now();
  if (!location.hash.includes('inspector')) location.hash = '#/inspector';
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const inspector = document.querySelector('main sidestream-inspector');
    const root = inspector?.shadowRoot;
    if (!inspector || !root) continue;
    if (inspector.getAttribute('view') !== view) inspector.setAttribute('view', view);
    const shown = root.querySelector(`[data-view=${view}]`);
    const charts = [...(shown?.querySelectorAll('sidestream-inspector-chart') ?? [])];
    const ready =
      shown?.querySelector('[data-lead], [data-why]') && charts.every((chart) => chart.querySelector('svg'));
    if (ready) return performance.now() - start;
  }
}

async function pictures(page: Page, name: string, folder: string): Promise<void> {
  const shots: [suffix: string, width: number, prepare: () => Promise<void>][] = [
    ['wide', 1280, async () => undefined],
    ['375', 375, async () => undefined],
    ['dark', 1280, () => page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })],
    ['rtl', 375, () => page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'))],
    [
      'forced',
      1280,
      () => page.emulateMedia({ colorScheme: 'light', forcedColors: 'active', reducedMotion: 'reduce' }),
    ],
  ];
  for (const [suffix, width, prepare] of shots) {
    await page.setViewportSize({ width, height: 900 });
    await prepare();
    for (const view of VIEWS) {
      await page.evaluate(open, view);
      await page
        .locator('.overlays button')
        .first()
        .click({ timeout: 200 })
        .catch(() => undefined);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${name}-${view}-${suffix}.png`), fullPage: true });
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
