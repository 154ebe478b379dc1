import type { Page } from '@playwright/test';
import { clickAll, expectSameList, listOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

test.beforeEach(({ context }) => serveHeadless(context));

/** Clicks until a window has ended; 40 choices do. */
async function endWindow(page: Page): Promise<void> {
  await clickAll(page, 'Music', 30);
  await clickAll(page, 'Food', 14);
  await expect
    .poll(() => page.evaluate(async () => (await window.recommender.profile.snapshots()).length))
    .toBeGreaterThan(0);
  await page.evaluate(() => window.recommender.status.settled());
}

test('a snapshot restores the earlier lists, for this visit and the next', async ({ page }) => {
  await startHeadless(page, 'granted');
  await endWindow(page);
  const before = await listOf(page);
  const { id, choices } = await page.evaluate(async () => {
    const all = await window.recommender.profile.snapshots();
    return all[all.length - 1];
  });
  expect(choices).toBeGreaterThanOrEqual(40);
  const events = await page.evaluate(async () => (await window.recommender.status.get()).events);
  // The snapshot was made when the last choice was saved.
  expect(events).toBe(choices);
  await clickAll(page, 'Tools', 12);
  expect(await listOf(page)).not.toEqual(before);
  await page.evaluate((snapshot) => window.recommender.profile.rollback(snapshot), id);
  await page.evaluate(() => window.recommender.status.settled());
  expectSameList(await listOf(page), before);
  await startHeadless(page);
  await page.evaluate(() => window.recommender.status.settled());
  expectSameList(await listOf(page), before);
  const missing = await page.evaluate(() =>
    window.recommender.profile.rollback(999).then(
      () => 'none',
      ({ code }) => code,
    ),
  );
  expect(missing).toBe('store/unknown-snapshot');
});

test('an exported profile opens with its passphrase, and profile.forget() leaves no byte', async ({ page }) => {
  await startHeadless(page, 'granted');
  await clickAll(page, 'Music', 12);
  const before = await listOf(page);
  const found = await page.evaluate(async () => {
    const { recommender } = window;
    const plain = await recommender.profile.export();
    const encrypted = await recommender.profile.export('a secret');
    await recommender.profile.forget();
    const left = {
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      local: localStorage.length,
      cookies: document.cookie,
    };
    const { consent, events } = await recommender.status.get();
    const codeOf = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'none',
        ({ code }) => code,
      );
    const bytes = new Uint8Array(await plain.arrayBuffer());
    bytes[bytes.length - 3] ^= 1;
    const codes = [
      await codeOf(recommender.profile.import(encrypted, 'another')),
      await codeOf(recommender.profile.import(new Blob([bytes]))),
      await codeOf(recommender.profile.import(new Blob(['nonsense']))),
    ];
    const unchanged = (await recommender.status.get()).events;
    await recommender.profile.import(encrypted, 'a secret');
    await recommender.status.settled();
    return { left, consent, events, codes, unchanged, after: (await recommender.status.get()).events };
  });
  expect(found).toEqual({
    left: { databases: 0, caches: 0, local: 0, cookies: '' },
    consent: 'pending',
    events: 0,
    codes: ['store/wrong-key', 'store/corrupt', 'store/corrupt'],
    unchanged: 0,
    after: 12,
  });
  expectSameList(await listOf(page), before);
});

test('data encrypted at rest can be read again, and contains no id in the clear', async ({ page }) => {
  const start = () =>
    page.evaluate(async () => {
      window.recommender = await window.sidestream.createRecommender({
        bundle: '/bundle/',
        consent: 'granted',
        encrypt: { key: new Uint8Array(32).fill(7) },
      });
    });
  await startHeadless(page, 'pending');
  await start();
  const ids = await clickAll(page, 'Music', 5);
  const before = await listOf(page);
  const rows = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('sidestream/default');
      opening.onsuccess = () => resolve(opening.result);
    });
    const tx = database.transaction(['events', 'profile']);
    const [events, profile] = await Promise.all(
      [tx.objectStore('events').getAll(), tx.objectStore('profile').getAll()].map(
        (request) =>
          new Promise((resolve) => {
            request.onsuccess = () => resolve(request.result);
          }),
      ),
    );
    database.close();
    const text = JSON.stringify([events, profile], (_, value) =>
      value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
    );
    return { text, events: (events as unknown[]).length };
  });
  expect(rows.events).toBe(5);
  for (const id of ids) expect(rows.text).not.toContain(id);
  await page.reload();
  await page.waitForFunction(() => 'sidestream' in window);
  await start();
  await page.evaluate(() => window.recommender.status.settled());
  expectSameList(await listOf(page), before);
});
