import type { Page } from 'playwright';

/**
 * Reads the event log from disk, without a line of the product: a mistake in its store must not hide itself. The page
 * must be of the shop's origin and must not have started a recommender.
 * @returns an entry per event of a round: its name, type and item, as page.js reports them
 */
export async function readLog(page: Page): Promise<Set<string>> {
  const entries = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase | null>((resolve, reject) => {
      const request = indexedDB.open('sidestream/default');
      request.onsuccess = () => resolve(request.result);
      // Nothing there yet. An empty database left behind would keep the product from making its own.
      request.onupgradeneeded = () => request.transaction?.abort();
      request.onblocked = () => reject(new Error('another page holds the database'));
      request.onerror = () => (request.error?.name === 'AbortError' ? resolve(null) : reject(request.error));
    });
    if (!database) return [];
    const rows = await new Promise<{ recommendationId?: string; type: string; itemId: string }[]>((resolve, reject) => {
      const request = database.transaction('events').objectStore('events').getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    return rows.map(({ recommendationId, type, itemId }) => `${recommendationId} ${type} ${itemId}`);
  });
  return new Set(entries);
}
