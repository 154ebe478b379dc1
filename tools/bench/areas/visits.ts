import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import type { Recommender } from '../../../src/device/protocol';
import { SidestreamError } from '../../../src/error';
import { type Area, type AreaResult, atLeast, type Say, within } from '../kept';
import { PHONE, type StaticHost, staticHost } from '../start/static-host';
import { launch } from '../start/visits';
import { writeShop } from '../synthetic-shop';
import { median } from '../timing';

/** Number of products of the synthetic shop. */
const ITEMS = 20_000;
/** Number of shoppers, and of pages that each visits after the first one. */
const [SHOPPERS, PAGES] = [6, 3];
/** Length of a list. */
const LIST = 8;
/** Maximum time from navigation to the list of a first page that stays, on a phone's network, ms. */
const FIRST_MS = 3000;
/** Time without a change after which a list counts as final, ms. */
const QUIET = 1000;
const PAGE = '/shop.html';
/** Files that only searches by photo and added products load. */
const ENCODERS = /^(projection|text|image|photos)-/;

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The lists of one page. */
interface PageLists {
  /** Time from navigation to the first and to the last one, ms. */
  first: number;
  final: number;
  /** How many products of the last one the first one had. */
  common: number;
  /** Whether the first one was the last one. */
  stays: boolean;
}

interface Shown {
  ids: string[];
  at: number;
}

declare global {
  interface Window {
    /** The lists that the page has shown. */
    shown: Shown[];
  }
}

export const area: Area = {
  title: 'Lists on the pages of a visit',
  async measure(say, { catalog = [] }) {
    say('building the files that a page loads');
    const cdn = spawnSync(process.execPath, [...process.execArgv, `${root}scripts/cdn.ts`], {
      cwd: root,
      stdio: [0, 2, 2],
    });
    if (cdn.status !== 0) throw new SidestreamError('runtime/unexpected', 'The files for pages could not be built.');
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-visits-'));
    const browser = await launch();
    const found: Required<AreaResult> = { bars: [], figures: [], series: {} };
    try {
      say(`building a shop of ${ITEMS.toLocaleString('en')} products`);
      await writeShop(folder, ITEMS, { log: true, shoppers: 0, choices: 0 });
      const shops = [
        { name: `${ITEMS.toLocaleString('en')} products`, bundle: folder },
        ...catalog.map((bundle) => ({ name: basename(bundle), bundle })),
      ];
      for (const shop of shops) {
        const { bars, figures = [] } = await measured(browser, shop, (line) => say(`${shop.name}: ${line}`));
        found.bars.push(...bars);
        found.figures.push(...figures);
      }
      return found;
    } finally {
      await browser.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function measured(browser: Browser, shop: { name: string; bundle: string }, say: Say): Promise<AreaResult> {
  const { name, bundle } = shop;
  const host = await staticHost({
    '/sidestream/': `${root}lib/cdn/`,
    '/bundle/': join(bundle, '/'),
    [PAGE]:
      new TextEncoder().encode(`<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
      <script type="module" src="/sidestream/sidestream.js"></script>
      <sidestream-recs bundle="/bundle/" limit="${LIST}" href-template="${PAGE}?id={id}"></sidestream-recs></html>`),
  });
  try {
    say('compressing the files');
    const files = (await readdir(bundle)).filter((file) => !ENCODERS.test(file));
    for (const file of files) await (await fetch(`${host.origin}/bundle/${file}`)).arrayBuffer();
    await visit(browser, host, 0);
    const result: AreaResult = { bars: [], figures: [] };
    for (const network of [null, PHONE]) {
      host.network = network;
      const visits: PageLists[][] = [];
      for (let shopper = 0; shopper < SHOPPERS; shopper++) {
        say(`${network ? 'phone, ' : ''}shopper ${shopper + 1} of ${SHOPPERS}`);
        visits.push(await visit(browser, host, shopper));
      }
      const first = visits.map(([page]) => page);
      const later = visits.flatMap(([, ...pages]) => pages);
      const stay = later.filter(({ stays }) => stays);
      const where = `${name}${network ? ', phone' : ''}`;
      const times = `first list ${middle(later, 'first')} ms, final ${middle(later, 'final')} ms`;
      const common = later.map((page) => page.common).join(' ');
      result.bars.push(
        atLeast(
          `${where}: later pages whose first list stays`,
          1,
          stay.length / later.length,
          `${stay.length} of ${later.length}; ${times}; of the final ${LIST} products the first list had ${common}`,
        ),
      );
      const slowest = Math.max(...first.map(({ final }) => final));
      if (network)
        result.bars.push(within(`${where}: final list of the first page`, FIRST_MS, slowest, 'ms', 'the slowest'));
    }
    return result;
  } finally {
    host.close();
  }
}

/** A new shopper looks at some pages, each by a click on a card of the page before, and agrees to be remembered on the first one. */
async function visit(browser: Browser, host: StaticHost, shopper: number): Promise<PageLists[]> {
  const context = await browser.newContext();
  try {
    await context.addInitScript(() => {
      window.shown = [];
      addEventListener('recommend', (event) => {
        const { items } = (event as CustomEvent<{ items: { item: { id: string } }[] }>).detail;
        window.shown.push({ ids: items.map(({ item }) => item.id), at: performance.now() });
      });
    });
    const page = await context.newPage();
    await page.goto(host.origin + PAGE, { waitUntil: 'commit' });
    const lists = [await settled(page)];
    await page.evaluate(agree);
    for (let n = 1; n <= PAGES; n++) {
      const card = page.locator('sidestream-recs a').nth((PAGES * shopper + n) % LIST);
      const id = await card.evaluate((link) => (link as HTMLAnchorElement).search);
      await card.click();
      await page.waitForURL(`**${PAGE}${id}`, { waitUntil: 'commit' });
      lists.push(await settled(page));
    }
    return lists;
  } finally {
    await context.close();
  }
}

async function agree(): Promise<void> {
  const path = '/sidestream/sidestream.js';
  const { createRecommender } = await import(path);
  const recommender: Recommender = await createRecommender({ bundle: '/bundle/' });
  await recommender.profile.consent('granted');
}

async function settled(page: Page): Promise<PageLists> {
  await page.waitForFunction(() => window.shown.length > 0, undefined, { polling: 100 });
  const shown = await page.evaluate(async (quiet) => {
    const path = '/sidestream/sidestream.js';
    const { createRecommender } = await import(path);
    const recommender: Recommender = await createRecommender({ bundle: '/bundle/' });
    for (let count = 0; count !== window.shown.length; ) {
      count = window.shown.length;
      await recommender.status.settled();
      await new Promise((resolve) => setTimeout(resolve, quiet));
    }
    return window.shown;
  }, QUIET);
  const [first, last] = [shown[0], shown[shown.length - 1]];
  return {
    first: first.at,
    final: last.at,
    common: first.ids.filter((id) => last.ids.includes(id)).length,
    stays: first.ids.join() === last.ids.join(),
  };
}

const middle = (pages: readonly PageLists[], which: 'first' | 'final'): number =>
  Math.round(median(pages.map((page) => page[which])));
