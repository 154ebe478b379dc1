import { createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type Page, test } from '@playwright/test';
import type { Encryption } from '../src/device/store';
import { PAGES } from './support/ports';

const ITEM = 'telltale-item-4711';

/** Runs a visit in a browser whose data stay in `folder`. */
async function visit<T>(folder: string, work: (page: Page) => Promise<T>): Promise<T> {
  const { launchOptions } = test.info().project.use;
  const context = await chromium.launchPersistentContext(folder, launchOptions);
  try {
    const page = await context.newPage();
    await page.goto(`${PAGES}/store.html`);
    await page.waitForFunction(() => 'store' in window);
    return await work(page);
  } finally {
    await context.close();
  }
}

/** All files of the browser's profile, as on a copy of the disk. */
async function filesOf(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
}

/** Files of the page's databases. */
const databasesOf = (folder: string): Promise<Buffer[]> => filesOf(join(folder, 'Default', 'IndexedDB'));

/** Decrypts a row with any 32 bytes of the files that are its key; null if the files lack the key. */
function openedBySomeKey(files: Buffer[], encrypted: Buffer): string | null {
  const tag = encrypted.length - 16;
  for (const file of files) {
    for (let at = 0; at + 32 <= file.length; at++) {
      const decipher = createDecipheriv('aes-256-gcm', file.subarray(at, at + 32), encrypted.subarray(0, 12));
      decipher.setAuthTag(encrypted.subarray(tag));
      const text = decipher.update(encrypted.subarray(12, tag));
      try {
        decipher.final();
        return text.toString();
      } catch {
        // Not the key.
      }
    }
  }
  return null;
}

const holds = (files: Buffer[], text: string): boolean =>
  files.some((file) => file.includes(text) || file.includes(Buffer.from(text, 'utf16le')));

test.describe('the files of a browser', () => {
  let folder: string;
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-at-rest-'));
  });
  test.afterEach(() => rm(folder, { recursive: true, force: true }));

  const keep = (encrypt: Encryption): Promise<Buffer> =>
    visit(folder, async (page) => {
      const encrypted = await page.evaluate(
        async ([how, item]) => {
          await window.store.keep(how, item);
          return window.store.encryptedEvent();
        },
        [encrypt, ITEM] as const,
      );
      return Buffer.from(encrypted);
    });

  test('contain the items without encryption', async () => {
    await keep(false);
    expect(holds(await databasesOf(folder), ITEM)).toBe(true);
  });

  test('contain neither the item nor the key under a key of the shop', async () => {
    const encrypt = { key: new Uint8Array(randomBytes(32)) };
    const encrypted = await keep(encrypt);
    const files = await databasesOf(folder);
    expect(files.length).toBeGreaterThan(0);
    expect(openedBySomeKey(files, encrypted)).toBeNull();
    const all = await filesOf(folder);
    expect(holds(all, ITEM)).toBe(false);
    expect(all.some((file) => file.includes(Buffer.from(encrypt.key)))).toBe(false);
    await visit(folder, async (page) => {
      const read = (how: Encryption) => page.evaluate((given) => window.store.codeOfRead(given), how);
      expect(await read({ key: new Uint8Array(32) })).toBe('store/wrong-key');
      expect(await read(false)).toBe('store/wrong-key');
      expect(await page.evaluate((how) => window.store.read(how), encrypt)).toEqual([ITEM, ITEM]);
    });
  });
});
