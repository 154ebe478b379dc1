import { messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
// Finds and deletes the database without opening it: a deletion must not depend on late-loaded code.

/** A transaction with this durability completes when the operating system has written it to disk. */
export const STRICT = { durability: 'strict' } as const;

/**
 * Key in the store `profile` that marks a database for deletion, after its content was deleted because the shopper withdrew
 * consent.
 */
export const WITHDRAWN = 'withdrawn';

export const databaseName = (namespace: string): string => `sidestream/${namespace}`;

/**
 * Whether this device may have a database of this namespace; does not create one. Always true in browsers that do not list
 * databases, such as Firefox before 126.
 */
export async function deviceStoreExists(namespace: string): Promise<boolean> {
  if (typeof indexedDB === 'undefined') return false;
  if (typeof indexedDB.databases !== 'function') return true;
  try {
    const databases = await indexedDB.databases();
    return databases.some(({ name }) => name === databaseName(namespace));
  } catch {
    // Storage is disabled, as in the private mode of some browsers, so no database exists.
    return false;
  }
}

/** Maximum time that a request waits for other requests on the same database before it counts as blocked, ms. */
export const QUEUE_LIMIT = 5000;
/** Time for other pages to finish their transactions, after which a deletion counts as blocked, ms. */
const WRITING_LIMIT = 1000;
/** Deletions under way, by namespace: the browser continues one that was reported as blocked. */
const deletions = new Map<string, Promise<void>>();

/**
 * Deletes the content of a namespace's database, then the database itself: if another page blocked the deletion and the
 * browser ended before it, all content would stay on the device. A blocked deletion stays requested: the browser carries it
 * out when the other page closes its connection. Calls until then wait for it.
 * @throws SidestreamError `store/blocked` when another tab keeps it open
 */
export async function deleteDeviceStore(namespace: string): Promise<void> {
  if (typeof indexedDB === 'undefined') return;
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => reject(blocked('delete'));
    const underWay = deletions.get(namespace);
    // A request behind another one gets no `blocked` event.
    let timer = setTimeout(giveUp, underWay ? WRITING_LIMIT : QUEUE_LIMIT);
    const onBlocked = (): void => {
      clearTimeout(timer);
      // The other page closes its connection once its transactions have ended.
      timer = setTimeout(giveUp, WRITING_LIMIT);
    };
    const deletion = underWay ?? startDeletion(namespace, onBlocked);
    deletion.then(resolve, (thrown) => reject(storeError(thrown))).finally(() => clearTimeout(timer));
  });
}

function startDeletion(namespace: string, onBlocked: () => void): Promise<void> {
  const deletion = (async () => {
    if (await deviceStoreExists(namespace)) await emptyDatabase(namespace);
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(databaseName(namespace));
      request.onblocked = onBlocked;
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
  })();
  deletions.set(namespace, deletion);
  const end = (): void => void deletions.delete(namespace);
  deletion.then(end, end);
  return deletion;
}

/**
 * Empties the database in one transaction, and marks it: an unmarked empty database would count as consent on the next
 * visit. Always resolves, within a second: the deletion determines whether any data remains.
 */
async function emptyDatabase(namespace: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, WRITING_LIMIT);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const request = indexedDB.open(databaseName(namespace));
    // Deleted meanwhile: it must not be created again.
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onblocked = end;
    request.onerror = end;
    request.onsuccess = () => {
      const database = request.result;
      try {
        const names = [...database.objectStoreNames];
        const emptying = database.transaction(names, 'readwrite', STRICT);
        emptying.oncomplete = end;
        emptying.onabort = end;
        for (const name of names) emptying.objectStore(name).clear();
        if (names.includes('profile')) emptying.objectStore('profile').put(true, WITHDRAWN);
      } catch {
        // It has no stores, or is not ours: only the deletion remains to be done.
        end();
      }
      // Closed when the transaction has ended.
      database.close();
    };
  });
}

export function blocked(verb: 'open' | 'delete'): SidestreamError {
  return new SidestreamError(
    'store/blocked',
    `Could not ${verb} the profile: another tab of this shop holds it. Close the other tabs and try again.`,
  );
}

/** The error for a failure of IndexedDB. */
export function storeError(thrown: unknown): SidestreamError {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  if (name === 'VersionError') {
    return new SidestreamError(
      'store/newer-schema',
      'Newer code wrote the profile on this device. Reload the page to get it.',
      { cause: thrown },
    );
  }
  if (name === 'QuotaExceededError') {
    return SidestreamError.from(
      thrown,
      'store/full',
      'The disk of this device is full, so the event was not stored. Recommendations continue; free disk space to keep the learned profile.',
    );
  }
  return SidestreamError.from(
    thrown,
    'store/unavailable',
    `This browser does not let the page store a profile (${messageOf(thrown)}). Recommendations continue in memory; free disk space or leave private browsing to keep the profile.`,
  );
}
