import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { clickAll, listOf, logOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

/** Runs a visit in a browser whose data stay in `folder`. */
async function visit<T>(folder: string, work: (page: Page) => Promise<T>): Promise<T> {
  const { launchOptions, baseURL } = test.info().project.use;
  const context: BrowserContext = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL });
  try {
    await serveHeadless(context);
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Files of the page's databases on disk. */
async function databaseFiles(folder: string): Promise<string[]> {
  const root = join(folder, 'Default', 'IndexedDB');
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /\.(log|ldb)$/.test(name)).map((name) => join(root, name));
}

test.describe('a database damaged on disk between two visits', () => {
  let folder: string;
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-disk-'));
  });
  test.afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const [how, damage] of [
    ['overwritten', (bytes: Buffer) => bytes.fill(0xa5)],
    ['cut in half', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
  ] as const) {
    test(`${how}: the shop opens, learns and stores`, async () => {
      const before = await visit(folder, async (page) => {
        await startHeadless(page, 'granted');
        return clickAll(page, 'Music', 12);
      });
      const files = await databaseFiles(folder);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) await writeFile(file, damage(await readFile(file)));
      const after = await visit(folder, async (page) => {
        // The browser may have thrown the database away, and the shopper's consent with it.
        await startHeadless(page, 'granted');
        expect(await listOf(page)).toHaveLength(20);
        const kept = await logOf(page);
        expect(before.slice(0, kept.length)).toEqual(kept);
        const late = await clickAll(page, 'Tools', 3);
        return { kept, late };
      });
      await visit(folder, async (page) => {
        await startHeadless(page);
        const { consent } = await page.evaluate(() => window.recommender.status.get());
        // The browser may find the damage only now: then it has thrown the whole database away.
        if (consent === 'granted') expect(await logOf(page)).toEqual([...after.kept, ...after.late]);
        else expect(consent).toBe('pending');
        expect(await listOf(page)).toHaveLength(20);
        expect(await page.evaluate(() => window.codes)).toEqual([]);
      });
    });
  }
});
