import type { Page } from '@playwright/test';
import { clickAll, expectSameList, listOf, logOf, serveHeadless, startHeadless, statusOf } from './support/headless';
import { expect, test } from './support/shop';

/** Bytes that a page may store which has no room: enough for an empty database. */
const QUOTA = 300_000;

/** Tracks clicks until one is refused. @returns ids that were acknowledged, and the code of the refusal */
const clickUntilRefused = (page: Page, most: number) =>
  page.evaluate(async (limit) => {
    const { items } = await window.recommender.catalog.browse({ limit: 500 });
    const acknowledged: string[] = [];
    for (let n = 0; n < limit; n++) {
      const { id } = items[n % items.length];
      try {
        await window.recommender.track('click', id, { recommendationId: 'x'.repeat(64) });
        acknowledged.push(id);
      } catch (thrown) {
        return { acknowledged, code: (thrown as { code: string }).code };
      }
    }
    return { acknowledged, code: 'none' };
  }, most);

test('a full disk refuses the event with a code, loses none that was acknowledged, and the shop keeps working', async ({
  page,
  context,
  baseURL,
}) => {
  await serveHeadless(context);
  const session = await context.newCDPSession(page);
  // From the start, as the browser checks the free space only now and then.
  await session.send('Storage.overrideQuotaForOrigin', { origin: baseURL ?? '', quotaSize: QUOTA });
  await startHeadless(page, 'granted');
  const early = await clickAll(page, 'Music', 5);
  const { acknowledged, code } = await clickUntilRefused(page, 3000);
  expect(code).toBe('store/full');
  expect(await listOf(page)).toHaveLength(20);
  await session.send('Storage.overrideQuotaForOrigin', { origin: baseURL ?? '' });
  const late = await clickAll(page, 'Tools', 3);
  expect(await logOf(page)).toEqual([...early, ...acknowledged, ...late]);
});

test('a database deleted while open leads to a clean start without a pause', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  await clickAll(page, 'Music', 5);
  const deleted = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const deleting = indexedDB.deleteDatabase('sidestream/default');
        deleting.onsuccess = () => resolve('deleted');
        deleting.onblocked = () => resolve('blocked');
      }),
  );
  expect(deleted).toBe('deleted');
  await clickAll(page, 'Tools', 3);
  await expect.poll(async () => (await statusOf(page)).consent).toBe('pending');
  expect(await listOf(page)).toHaveLength(20);
});

test('a crashed worker is replaced, and keeps everything acknowledged', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  const early = await clickAll(page, 'Music', 6);
  const before = await listOf(page);
  await page.workers()[0].evaluate(() => {
    setTimeout(() => {
      throw new Error('crashed by the test');
    });
  });
  await expect.poll(() => page.evaluate(() => window.codes)).toEqual(['runtime/worker-crashed']);
  await page.evaluate(() => window.recommender.status.settled());
  expectSameList(await listOf(page), before);
  const late = await clickAll(page, 'Tools', 2);
  expect(await logOf(page)).toEqual([...early, ...late]);
});

test('a clock set back changes neither the order of the log nor the learned profile', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  const early = await clickAll(page, 'Music', 5);
  await page.workers()[0].evaluate(() => {
    Date.now = () => 86_400_000;
  });
  const late = await clickAll(page, 'Tools', 5);
  await page.evaluate(() => window.recommender.status.settled());
  const before = await listOf(page);
  expect(await logOf(page)).toEqual([...early, ...late]);
  await startHeadless(page);
  await page.evaluate(() => window.recommender.status.settled());
  expectSameList(await listOf(page), before);
});

test('a page without storage reports it, and learns in memory', async ({ page, context }) => {
  await serveHeadless(context, {
    beforeWorker: `Object.defineProperty(self, 'indexedDB', { value: {
      open() { throw new DOMException('storage is shut off', 'SecurityError'); },
      deleteDatabase() { throw new DOMException('storage is shut off', 'SecurityError'); },
      databases: () => Promise.reject(new DOMException('storage is shut off', 'SecurityError')),
    } });`,
  });
  await startHeadless(page, 'granted');
  await expect.poll(() => page.evaluate(() => window.codes)).toEqual(['store/unavailable']);
  const before = await listOf(page);
  await clickAll(page, 'Music', 6);
  expect((await statusOf(page)).events).toBe(6);
  expect(await listOf(page)).not.toEqual(before);
});

/** Writes over a part of the stored profiles. */
const damage = (page: Page, keys: string[]) =>
  page.evaluate(
    (names) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('sidestream/default');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const tx = opening.result.transaction('profile', 'readwrite');
          for (const name of names) {
            const reading = tx.objectStore('profile').get(name);
            reading.onsuccess = () => {
              const { schema, bytes } = reading.result;
              bytes[bytes.length >> 1] ^= 255;
              tx.objectStore('profile').put({ schema, bytes }, name);
            };
          }
          tx.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    keys,
  );

for (const keys of [['current'], ['current', 'previous']]) {
  test(`a damaged profile (${keys.join(' and ')}) is reported, and no event of the log is lost`, async ({
    page,
    context,
  }) => {
    await serveHeadless(context);
    await startHeadless(page, 'granted');
    // Two saves, so that there is one before the newest.
    await clickAll(page, 'Music', 6);
    await clickAll(page, 'Music', 6, 6);
    await page.evaluate(() => window.recommender.close());
    await damage(page, keys);
    await startHeadless(page);
    await expect.poll(() => page.evaluate(() => window.codes)).toEqual(keys.map(() => 'store/corrupt'));
    expect((await statusOf(page)).events).toBe(12);
    expect(await listOf(page)).toHaveLength(20);
    await clickAll(page, 'Tools', 2);
    await startHeadless(page);
    expect(await page.evaluate(() => window.codes)).toEqual([]);
    expect((await statusOf(page)).events).toBe(14);
  });
}
