import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright';
import { build, preview } from 'vite';

/** Exact clocks need both. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Builds `page.html`, opens it in the browser of the tests and hands the page over. */
export async function inBrowser<T>(use: (page: Page, version: string) => Promise<T>): Promise<T> {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const outDir = mkdtempSync(join(tmpdir(), 'sidestream-bench-training-'));
  const browserFile = fileURLToPath(new URL('../../../.cache/browser', import.meta.url));
  const executablePath = (existsSync(browserFile) && readFileSync(browserFile, 'utf8').trim()) || undefined;
  try {
    await build({
      ...{ root, configFile: false, logLevel: 'error' },
      build: { outDir, emptyOutDir: true, target: 'es2022', rolldownOptions: { input: join(root, 'page.html') } },
    });
    const server = await preview({
      ...{ root, configFile: false, logLevel: 'error', build: { outDir } },
      preview: { port: 0, host: '127.0.0.1', headers: ISOLATED },
    });
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-sync'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.resolvedUrls?.local[0] ?? ''}page.html`);
      await page.waitForFunction(() => 'measureTraining' in window);
      return await use(page, browser.version());
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}
