/**
 * `npm run inspector [-- --events 10000] [--out <folder>] [--state <name> …]` opens the demo's inspector with many events and prints
 * how long it takes until each view is there, and with `--out` makes pictures of every view in every state, wide and at 375 px, and of
 * "Watch it learn" in its states; one state of each also dark, from right to left and in forced colours. It needs the built demo: run
 * `npm start -- --build-only` before.
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
const MAX_IN_FLIGHT = 250;
/** Choices of a category up to which each waits for the one before it, as a shopper's do. */
const SEQUENTIAL_CHOICES = 60;
/** Time for one step, ms. */
const STEP_TIMEOUT_MS = 300_000;
/** Times that the inspector is opened. */
const OPENINGS = 5;

/** What tsx puts round the functions within a function that is run in the page. */
const NAMED = 'globalThis.__name = (one) => one';

interface State {
  /** Choices: top category, number, and where they are found; without that, in the category. */
  choices: readonly [category: string, count: number, found?: 'from the list'][];
  /** What is done in the end. */
  end?: 'deny' | 'go back';
  /** An expert that was put aside is what the state is about: without one it shows nothing. */
  turns?: boolean;
  /** Pictures in every look; the other states have two. */
  looks?: boolean;
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
    looks: true,
  },
  turn: {
    choices: [
      ['Toys', 14, 'from the list'],
      ['Clothing', 24, 'from the list'],
      ['Toys', 10, 'from the list'],
      ['Food', 60],
      ['Tools', 40],
      ['Food', 30],
    ],
    turns: true,
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

/** How a picture is made. */
interface Look {
  name: string;
  width: number;
  dark?: boolean;
  rightToLeft?: boolean;
  forced?: boolean;
}
const LOOKS: Look[] = [
  { name: 'wide', width: 1280 },
  { name: '375', width: 375 },
  { name: 'dark', width: 1280, dark: true },
  { name: 'dark-rtl', width: 375, dark: true, rightToLeft: true },
  { name: 'rtl', width: 1280, rightToLeft: true },
  { name: 'forced', width: 1280, forced: true },
];

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
  if (out && (!state || state.includes('watch'))) await watch(browser, out);
} finally {
  await browser.close();
  await server.close();
}
console.log(`load of the machine over the last minute: ${loadavg()[0]?.toFixed(1)}`);

async function visit(within: Browser, name: string, { choices, end, turns, looks = false }: State): Promise<void> {
  const context = await within.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
  await page.addInitScript(NAMED);
  await page.goto(address);
  await page.getByTestId('consent-yes').click();
  await choose(page, choices);
  if (turns && !(await page.evaluate(turned))) throw new Error(`${name}: no expert was put aside.`);
  if (end === 'deny') {
    await page.getByTestId('privacy').click();
    await page.getByTestId('consent-no').click();
  }
  if (end === 'go back') {
    await page.goto(`${address}#/inspector`);
    await page.getByRole('tab', { name: 'When?' }).click();
    await page.locator('[data-snapshot] [data-open]').last().click();
    await page.getByTestId('rollback').click();
    await page.getByTestId('said').filter({ hasText: 'Done' }).waitFor();
    // As it is seen: what is said stays in sight.
    if (out) await page.screenshot({ path: join(out, `${name}-said.png`) });
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
  if (out) await pictures(page, name, out, looks);
  await context.close();
}

async function choose(page: Page, choices: State['choices']): Promise<void> {
  await page.evaluate(
    async ({ choices, most, few }) => {
      const { recommender } = document.querySelector('sidestream-recs') ?? {};
      if (!recommender) throw new Error('The shop is not open.');
      const click = (id: string) => recommender.track('click', id, { placement: 'for-you' });
      const chosen = new Set<string>();
      for (const [category, count, found] of choices) {
        const { items } = await recommender.browse({ category, limit: 1000 });
        if (items.length === 0) throw new Error(`The shop has no category ${category}.`);
        const ids = items.map(({ id }) => id);
        // Each another one, as long as there are some.
        const next = (): string =>
          ids.find((id) => !chosen.has(id)) ?? ids[Math.floor(Math.random() * ids.length)] ?? '';
        if (found === 'from the list') {
          for (let n = 0; n < count; n++) {
            const list = await recommender.recommend({ limit: 12 });
            const suitable = list.items.map(({ item }) => item.id).filter((id) => ids.includes(id) && !chosen.has(id));
            const id = suitable[Math.min(3, suitable.length - 1)] ?? next();
            chosen.add(id);
            await click(id);
          }
        } else {
          const size = count <= few ? 1 : most;
          for (let n = 0; n < count; n += size) {
            const batch = Array.from({ length: Math.min(size, count - n) }, () => {
              const id = next();
              chosen.add(id);
              return id;
            });
            await Promise.all(batch.map(click));
            // What is learned is saved before the next choice, as where a shopper takes time.
            if (size === 1) await recommender.settled();
          }
        }
        await recommender.settled();
      }
    },
    { choices, most: MAX_IN_FLIGHT, few: SEQUENTIAL_CHOICES },
  );
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

/** To be run in the page. */
async function turned(): Promise<boolean> {
  const status = await document.querySelector('sidestream-recs')?.recommender?.status();
  return status?.experts.some(({ state }) => state === 'frozen') ?? false;
}

async function look(page: Page, { width, dark = false, rightToLeft = false, forced = false }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({
    ...{ colorScheme: dark ? 'dark' : 'light', forcedColors: forced ? 'active' : 'none', reducedMotion: 'reduce' },
  });
  await page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), rightToLeft ? 'rtl' : 'ltr');
}

async function pictures(page: Page, name: string, folder: string, looks: boolean): Promise<void> {
  for (const one of looks ? LOOKS : LOOKS.slice(0, 2)) {
    await look(page, one);
    for (const view of VIEWS) {
      await page.evaluate(open, view);
      await picture(page, join(folder, `${name}-${view}-${one.name}.png`));
    }
    await page.evaluate(open, 'timeline');
    const points = page.locator('main [data-open]');
    if ((await points.count()) === 0) continue;
    // A point with a state from before it, and one that is older than every state.
    await points.first().click();
    await page.locator('main [data-which]').waitFor();
    await page.getByText('Comparing the lists').waitFor({ state: 'hidden' });
    await picture(page, join(folder, `${name}-point-${one.name}.png`));
    await points.first().click();
  }
  if (!looks) return;
  await look(page, { name: '', width: 1280 });
  await page.evaluate(open, 'timeline');
  const all = page.getByTestId('all-entries');
  if (await all.isVisible()) await all.click();
  await page.locator('main [data-open]').last().click();
  await page.locator('main [data-which]').waitFor();
  await page.locator('main [data-which]').screenshot({ path: join(folder, `${name}-oldest.png`) });
  for (const view of VIEWS) {
    await page.evaluate(open, view);
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await picture(page, join(folder, `${name}-${view}-figures.png`));
  }
}

/** With its images loaded, and without a message over it. */
async function picture(page: Page, path: string): Promise<void> {
  await page
    .locator('.overlays button')
    .first()
    .click({ timeout: 200 })
    .catch(() => undefined);
  await page.locator('nav.categories a').first().waitFor();
  await page.evaluate(async () => {
    const within = (root: ParentNode): HTMLImageElement[] => [
      ...root.querySelectorAll('img'),
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
    ];
    await Promise.all(
      within(document).map((image) => {
        image.loading = 'eager';
        return image.decode().catch(() => undefined);
      }),
    );
  });
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo(0, 0);
  });
  await page.waitForTimeout(200);
  await page.screenshot({ path, fullPage: true });
}

/** "Watch it learn" in its states. */
async function watch(within: Browser, folder: string): Promise<void> {
  const context = await within.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_TIMEOUT_MS);
  page.on('pageerror', (error) => console.error(`watch: ${error.message}`));
  await page.addInitScript(NAMED);
  const phase = (name: string): Promise<void> => page.locator(`[data-testid=watch][data-phase=${name}]`).waitFor();
  const all = async (name: string, looks: Look[]): Promise<void> => {
    for (const one of looks) {
      await look(page, one);
      await picture(page, join(folder, `watch-${name}-${one.name}.png`));
    }
    await look(page, { name: '', width: 1280 });
  };
  const press = (name: string): Promise<void> => page.getByTestId(`watch-${name}`).click();
  /** Makes choices of the script up to this one, counted from 1. */
  const until = async (choice: number): Promise<void> => {
    for (;;) {
      const made = (await page.getByTestId('watch-figures').locator('tr').count()) - 1;
      if (made >= choice) return;
      await press('step');
      await page.waitForFunction(
        (count) => document.querySelectorAll('[data-testid=watch-figures] tr').length > count,
        made + 1,
      );
    }
  };
  await page.goto(`${address}#/watch`);
  await phase('ready');
  await page.getByTestId('consent-yes').click();
  await all('before', LOOKS.slice(0, 2));
  await until(8);
  await all('running', LOOKS.slice(0, 5));
  await until(20);
  await all('changed', LOOKS.slice(0, 2));
  await until(27);
  await all('returned', LOOKS.slice(0, 2));
  await page.getByTestId('watch-speed').selectOption('fastest');
  await press('play');
  await phase('done');
  await page.getByTestId('watch-numbers').locator('summary').click();
  await all('done', LOOKS.slice(0, 4));
  await page.getByTestId('watch-numbers').locator('summary').click();
  await press('take-over');
  await page.getByTestId('watch-shelf-list').getByRole('button').first().click();
  await page.getByTestId('watch-said').filter({ hasText: 'You choose' }).waitFor();
  await all('taken-over', LOOKS.slice(0, 4));
  await page.getByTestId('privacy').click();
  await page.getByTestId('consent-no').click();
  await page.getByTestId('watch-denied').waitFor();
  await all('denied', LOOKS.slice(0, 4));
  await context.close();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
