import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator } from '@playwright/test';
import { type Host, serve } from '../../e2e/support/host';
import settings from '../../playwright.config';
import { SCRIPTS } from './scripts-folder';
import type { View } from './view';

/** How a view is looked at. */
export interface Look {
  width: number;
  height: number;
  scale?: number;
  options?: BrowserContextOptions;
  /** Language and direction of the document. */
  lang?: string;
  /** The whole page instead of the window. */
  whole?: boolean;
}

const RIGHT_TO_LEFT = ['ar'];

/** Files of the examples beside the demo, whose bundle and pictures they use. */
const EXAMPLES = {
  plain: ['first-visit.html', 'first-visit.js', 'search.html', 'search.js', 'search-services.js', 'shop.css'],
  offline: ['sw.js', 'register.js'],
};
/** Pixels around a part of a page. */
const MARGIN = 20;

/** Where a part of a page is, with a margin. */
async function withMargin(part: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await part.boundingBox();
  if (!box) throw new Error('The part of the page that the picture shows is hidden.');
  const [x, y] = [Math.max(0, box.x - MARGIN), Math.max(0, box.y - MARGIN)];
  return { x, y, width: box.x + box.width + MARGIN - x, height: box.y + box.height + MARGIN - y };
}

/** A browser and a host of the built demo. */
export class Studio {
  private constructor(
    private readonly browser: Browser,
    private readonly host: Host,
  ) {}

  /**
   * @param root folder of the repository, in which the demo is built
   * @param env further environment variables of the browser
   */
  static async open(root: string, env: Readonly<Record<string, string>> = {}): Promise<Studio> {
    const host = await serve({
      '/': join(root, 'dist/'),
      '/sidestream/': join(root, SCRIPTS, '/'),
      ...Object.fromEntries(
        Object.entries(EXAMPLES).flatMap(([example, files]) =>
          files.map((file) => [`/${file}`, join(root, 'examples', example, file)]),
        ),
      ),
      '/offline.html': join(root, 'examples/offline/index.html'),
    });
    const { args = [], ...options } = settings.use?.launchOptions ?? {};
    const browser = await chromium.launch({
      ...options,
      args: [...args, '--enable-features=WebMCP'],
      env: { ...process.env, ...env },
    });
    return new Studio(browser, host);
  }

  /** Takes a picture of a view, as PNG. */
  async take(view: View, { width, height, scale = 1, options, lang, whole = false }: Look): Promise<Buffer> {
    const context = await this.browser.newContext({
      baseURL: this.host.origin,
      viewport: { width, height },
      deviceScaleFactor: scale,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
      ...options,
    });
    try {
      const page = await context.newPage();
      if (lang !== undefined) {
        await page.route(/\/(studio\.html)?($|\?)/, async (route) => {
          const response = await route.fetch();
          const dir = RIGHT_TO_LEFT.includes(lang) ? 'rtl' : 'ltr';
          const body = (await response.text()).replace(/<html[^>]*>/, `<html lang="${lang}" dir="${dir}">`);
          await route.fulfill({ response, body });
        });
      }
      const part = await view.open(page);
      await page.evaluate(async () => {
        await document.fonts.ready;
        const near = [...document.images].filter((image) => image.getBoundingClientRect().top < 2 * innerHeight);
        await Promise.allSettled(near.map((image) => image.decode()));
      });
      if (whole) await page.evaluate(() => scrollTo(0, 0));
      // Elements that fade in need time.
      await page.waitForTimeout(400);
      const as = { animations: 'disabled', caret: 'hide' } as const;
      if (!part) return await page.screenshot({ ...as, fullPage: whole });
      await part.scrollIntoViewIfNeeded();
      return await page.screenshot({ ...as, clip: await withMargin(part) });
    } finally {
      await context.close();
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.host.close();
  }
}
